"""`shopdesk new FOLDER`: an empty, valid shop."""

from __future__ import annotations

import argparse

from engine.errors import KnowledgeError
from knowledge_base.store import EMPTY_SHOP, copy_shop


def run_command(arguments: argparse.Namespace) -> int:
    """Copy the empty shop; a folder that exists is left alone."""
    folder = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KnowledgeError("already there, and not empty", where=str(folder),
                             mend="name a folder that does not exist yet.")  # fmt: skip
    if folder.exists():
        folder.rmdir()
    copy_shop(EMPTY_SHOP, folder)
    print(f"A new shop lies in {folder}. Edit shop.yaml and faq/*.md, then:\n"
          f"  shopdesk kb check --kb {folder}\n  shopdesk chat --kb {folder}")  # fmt: skip
    return 0
