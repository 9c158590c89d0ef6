"""Descriptions drafted by the generator: made in a process of its own, taken over by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData

from engine.describing.draft import LENGTHS, TONES, Draft, DraftSentence, rechecked
from engine.describing.points import ReviewPoint, review_points
from engine.types import Product
from knowledge_base.console import product_form as forms
from knowledge_base.console.pages import Editor, Page, Viewer
from knowledge_base.console.products import find, form_page
from knowledge_base.importers.product_text import product_version

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "describe"
LONGEST = 600
"""Of one sentence."""


@router.get("/products/{identifier}/draft")
def draft(page: Viewer, identifier: str) -> Response:
    """The draft of a product as it stands, for its page to watch; what its reviews say."""
    found = find(page, identifier)
    if found is None:
        return page.show("missing.html", 404)
    template = "product_draft.html" if page.is_fragment else "product_draft_page.html"
    return page.show(template, **_state(page, found))


@router.post("/products/{identifier}/draft")
def begin(
    page: Editor, identifier: str, language: Text = "en", tone: Text = "plain",
    length: Text = "short",
) -> Response:  # fmt: skip
    """Let the generator draft one."""
    found = find(page, identifier)
    if found is None:
        return page.show("missing.html", 404)
    if language in forms.LANGUAGES and tone in TONES and length in LENGTHS:
        words = ("describe", found.id, "--language", language, "--tone", tone, "--length", length)
        if page.house.jobs.begin(JOB, page.who, *words, "--json", about=found.id):
            page.note("description drafted", found.id)
    if page.is_fragment:
        return page.show("product_draft.html", **_state(page, found))
    return page.go(f"/products/{found.id}/draft")


@router.post("/products/{identifier}/draft/take")
async def take(request: Request, page: Editor, identifier: str) -> Response:
    """The product's form with the sentences that were ticked, to be read once more and saved."""
    data = await request.form()
    return await run_in_threadpool(_taken, page, identifier, data)


def _taken(page: Page, identifier: str, data: FormData) -> Response:
    found = find(page, identifier)
    result = _result(page, identifier)
    if found is None or result is None:
        return page.go(f"/products/{identifier}/draft") if found else page.show("missing.html", 404)
    language = str(result["language"])
    now = rechecked(_draft_of(result), found, page.house.files.reviews(), language)
    ticked = {str(value) for value in data.getlist("taken")}
    kept = [
        _typed(data, number, one) for number, one in enumerate(now.sentences)
        if str(number) in ticked and one.supported
    ]  # fmt: skip
    text = ("" if language == "zh" else " ").join(kept)
    form = forms.form_of_product(found)
    filled = forms.replaced_description(form, language, text)
    lost = len(ticked) - len(kept)
    return form_page(page, filled, version=product_version(found), drafted=language, lost=lost)


def _typed(data: FormData, number: int, one: DraftSentence) -> str:
    """A sentence as the person left it: their own words are theirs to answer for."""
    return " ".join(str(data.get(f"text:{number}", one.text)).split())[:LONGEST] or one.text


def _state(page: Page, product: Product) -> dict[str, Any]:
    job = page.house.jobs.get(JOB)
    result = _result(page, product.id)
    sentences: Sequence[DraftSentence] = ()
    if result:
        draft, language = _draft_of(result), str(result["language"])
        sentences = rechecked(draft, product, page.house.files.reviews(), language).sentences
    return {
        "product": product, "job": job, "sentences": sentences, "result": result,
        "tones": TONES, "lengths": LENGTHS, "codes": forms.LANGUAGES,
        "points": points_of_product(page, product),
        "failed": job.error if job and job.about == product.id and not job.running else "",
    }  # fmt: skip


def points_of_product(page: Page, product: Product) -> tuple[ReviewPoint, ...]:
    """What a product's buyers say, counted."""
    reviews = [one for one in page.house.files.reviews() if one.product == product.id]
    return review_points(reviews, page.language)


def _result(page: Page, identifier: str) -> Mapping[str, Any] | None:
    job = page.house.jobs.get(JOB)
    return job.result if job and not job.running and job.about == identifier else None


def _draft_of(result: Mapping[str, Any]) -> Draft:
    return Draft(tuple(
        DraftSentence(one["text"], tuple(one["sources"]), one["supported"], one["reason"])
        for one in result["sentences"]
    ))  # fmt: skip
