"""The steps of a turn as LangChain middleware, one file each; `assistant.turn.agent` puts them in order."""
