"""Words that a description may say of its own accord: they join facts, and claim none."""

from __future__ import annotations

from collections.abc import Iterator

from engine.grounding.reading import read

JOINING = {
    "en": "stand stands sit sits rest rests come comes feature features boast boasts measure "
    "measures weigh weighs carry carries hold holds run runs meet meets wear wears show shows "
    "sport sports join joins count counts ready there here thanks simple simply piece product",
    "zh": "这款 产品 商品 它 采用 搭配 选用 拥有 配备 备有 尺寸 呈现 长 宽 深 厚 重",
}
TONE = {
    "en": "love loves delight delights charming happily friendly smile fun cheerful cheerfully "
    "gladly meet hello",
    "zh": "喜欢 喜爱 欢喜 快乐 微笑 有趣 相伴 陪伴 贴心",
}


def _concepts() -> Iterator[str]:
    for words in (*JOINING.values(), *TONE.values()):
        for word in words.split():
            yield from (token.concept for token in read(word).tokens if token.kind != "neg")


FREE = frozenset(_concepts())
