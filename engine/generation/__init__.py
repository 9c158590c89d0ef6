"""The one door to a language model: prompts, model preparation, in-process and HTTP generators."""
