"""JSON schemas for decoding: what a model may write is limited, token by token, to a call of one of the tools.

llama.cpp turns a schema into a grammar and knows a part of JSON Schema only; the rest of a tool's schema is left out
here and checked afterwards (`violation`). Properties are written in the order in which they stand, so the tool's name
comes before its arguments. Every argument has to be written and may be null: a small model that may leave out an
argument leaves out too many, and one that may not say null makes a value up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.tools.tool import Tool

NO_TOOLS = ("search_documents", "chat")
"""What a model chooses when no tool is wanted. A small one all but never chooses a tool called `none`; one that is said
to do what is wanted it does choose (docs/benchmarks.md, "Tool calls")."""
DEEPEST = 6
MOST_CHOICES = 60
_COPIED = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
_TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
_NULL = {"type": "null"}
Schema = dict[str, Any]


def calls_schema(tools: Sequence[Tool], most: int) -> Schema:
    """One to `most` calls, each of one of the tools or of those that stand for none."""
    alternatives = [
        _call(name, {"type": "object", "properties": {}, "additionalProperties": False}) for name in NO_TOOLS
    ]
    alternatives += [_call(tool.name, arguments_schema(tool.parameters)) for tool in tools]
    calls = {"type": "array", "items": {"anyOf": alternatives}, "minItems": 1, "maxItems": most}
    return _object({"calls": calls})


def arguments_schema(parameters: Mapping[str, Any]) -> Schema:
    """The arguments of a tool for decoding: all of them, each its value or null."""
    definitions = {**parameters.get("$defs", {}), **parameters.get("definitions", {})}
    return _object(
        {
            name: {"anyOf": [_decodable(value, definitions, 0), _NULL]}
            for name, value in parameters.get("properties", {}).items()
        }
    )


def violation(parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with arguments by the tool's own schema; None when nothing is."""
    import jsonschema

    error = jsonschema.validators.validator_for(parameters, jsonschema.Draft202012Validator)(parameters)
    found = jsonschema.exceptions.best_match(error.iter_errors(dict(arguments)))
    return None if found is None else str(found.message)[:200]


def _call(name: str, arguments: Schema) -> Schema:
    return _object({"tool": {"const": name}, "arguments": arguments})


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _decodable(schema: Any, definitions: Mapping[str, Any], depth: int) -> Schema:
    """The part of a schema that decoding keeps to; a string where it cannot be told."""
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        return {"type": "string"}
    if "$ref" in schema:
        return _decodable(definitions.get(str(schema["$ref"]).rpartition("/")[2]), definitions, depth + 1)
    if "const" in schema:
        return {"const": schema["const"]}
    if "enum" in schema:
        return {"enum": list(schema["enum"])[:MOST_CHOICES]}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return {"anyOf": [_decodable(each, definitions, depth + 1) for each in schema[key]]}
    kind = schema.get("type")
    if isinstance(kind, list):
        return {"anyOf": [_decodable({**schema, "type": each}, definitions, depth + 1) for each in kind]}
    kept = {key: schema[key] for key in _COPIED if key in schema}
    if kind == "array":
        return {"type": "array", "items": _decodable(schema.get("items"), definitions, depth + 1), **kept}
    if kind == "object" and schema.get("properties"):
        inside = {name: _decodable(each, definitions, depth + 1) for name, each in schema["properties"].items()}
        return {**_object(inside), "required": [name for name in schema.get("required", ()) if name in inside]}
    return {"type": kind, **kept} if kind in _TYPES else {"type": "string"}
