"""The queue between fronts and engines, in Redis Streams; every step is one atomic script.

A conversation with waiting messages stands in the stream once, so one turn at a time is under
way for it and its messages keep their order. Its next message is let in when a reply is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine import keys

PUT = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if last[1] and last[1][2][2] == 'reply' then return 'answered' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'waiting' end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
redis.call('RPUSH', KEYS[3], ARGV[1])
if redis.call('SADD', KEYS[4], ARGV[2]) == 1 then
  redis.call('XADD', KEYS[5], '*', 'conversation', ARGV[2])
end
return 'put'
"""
"""KEYS as `names`; ARGV: message id, conversation, message, seconds to live."""

FINISH = """
if redis.call('XACK', KEYS[5], ARGV[3], ARGV[4]) == 0 then return 0 end
redis.call('XDEL', KEYS[5], ARGV[4])
if ARGV[5] ~= '' then
  redis.call('XADD', KEYS[1], '*', 'kind', 'reply', 'token', ARGV[7], 'value', ARGV[5])
  redis.call('EXPIRE', KEYS[1], ARGV[6])
end
redis.call('DEL', KEYS[2])
redis.call('LREM', KEYS[3], 1, ARGV[1])
if redis.call('LLEN', KEYS[3]) > 0 then
  redis.call('XADD', KEYS[5], '*', 'conversation', ARGV[2])
else
  redis.call('SREM', KEYS[4], ARGV[2])
end
return 1
"""
"""KEYS as `names`; ARGV: message id, conversation, group, item, reply, seconds to live, token."""

SEND = """
redis.call('XADD', KEYS[1], '*', 'kind', ARGV[1], 'token', ARGV[2], 'value', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
"""
"""KEYS: answer; ARGV: "begun" or "delta", token, text, seconds to live."""

TOUCH = """
local mine = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if #mine == 0 then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID')
return 1
"""
"""KEYS: turns; ARGV: group, worker, item. A sign of life for an item that is still mine."""


def names(message_id: str, conversation: str) -> list[str]:
    """The keys of PUT and FINISH."""
    return [
        keys.answer(message_id),
        keys.message(message_id),
        keys.waiting(conversation),
        keys.SCHEDULED,
        keys.TURNS,
    ]


@dataclass
class Draft:
    """What a reader has shown of a reply that may be begun again by another engine."""

    token: int = 0
    at: int = 0
    texts: tuple[str, ...] = ()
    muted: bool = False

    def begin(self, token: int) -> None:
        """An engine began; whatever an older one still sends does not count."""
        if token > self.token:
            self.token, self.at = token, 0

    def fresh(self, token: int, text: str) -> bool:
        """Whether this delta is to be shown: not of an older engine, nor shown already.

        When a new beginning says something else than was shown, only the reply will do.
        """
        if token < self.token or self.muted:
            return False
        self.at += 1
        if self.at <= len(self.texts):
            self.muted = self.texts[self.at - 1] != text
            return False
        self.texts += (text,)
        return True
