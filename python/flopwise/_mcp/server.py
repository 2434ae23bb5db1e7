"""The tools over the Model Context Protocol: ``flopwise mcp``."""

from __future__ import annotations

from typing import Any

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from .. import _core
from .arguments import quoted
from .tools import Tool, tools

_INSTRUCTIONS = """\
flopwise tells which cloud machine to rent for a budget, limits or a training job, what the whole plan costs, how
sure that is, and why not the others. It answers from its own catalog, offline; it rents nothing. Tell the user the
dates of the prices, the intervals and the warnings of an answer. What is null is not known: it is not zero."""


def server() -> Server[Any]:
    """The server, for any transport of the package mcp."""
    known = tools()

    async def listed(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_shown(tool) for tool in known.values()])

    async def called(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        if asked.name not in known:
            meant = _core._did_you_mean(asked.name, list(known))
            return _refused(f"name: must be a tool, got {quoted(asked.name)}{meant}")
        return _called(known[asked.name], asked.arguments or {})

    return Server(
        "flopwise",
        version=_core.__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def _shown(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments,
        output_schema=tool.answer,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _called(tool: Tool, arguments: dict[str, Any]) -> types.CallToolResult:
    try:
        answer = tool.call(arguments)
    except (_core.FlopwiseError, TypeError) as error:  # of a value of no type that it takes
        return _refused(str(error))
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text)], structured_content=answer.data
    )


def _refused(reason: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=reason)], is_error=True
    )


async def _serve() -> None:
    async with stdio_server() as (incoming, outgoing):
        made = server()
        await made.run(incoming, outgoing, made.create_initialization_options())


def serve() -> None:
    """Answers on standard input and output until the client leaves."""
    anyio.run(_serve)
