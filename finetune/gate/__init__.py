"""The gate: decides on measurements whether an adapter may serve.

    probes      what is asked, and how replies are judged: a file for each
    measuring   asks both models, and keeps every reply
    limits      what has to hold, and why
    verdict     from scores to rows of a table, and to a word: pass, or the reasons against it

It knows neither the words of the assistant's prompts nor how models are run; `assistant.finetuning.gate` does.
"""
