"""YAML as plain texts, lists and dicts, with the line of every value.

Every scalar stays the text that was typed: `01` keeps its zero, `1954` and `no` stay words and no
date is guessed. Aliases are refused (a page of them can unfold to gigabytes).
"""

from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from survey_app.errors import Problem
from survey_app.i18n import _

Path = tuple[str | int, ...]
_DEEPEST: Final = 20
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass
class Loaded:
    """The data of one YAML text, where each value stands, and what was wrong."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: Path) -> str | None:
        """Say on which line `path` stands, or the nearest thing around it that is in the file."""
        while path not in self.lines:
            if not path:
                return None
            path = path[:-1]
        return line_words(self.lines[path])

    def refuse(self, code: str, message: str, node: Node) -> None:
        """Note a problem at this node."""
        self.problems.append(Problem(code, message, line_words(node.start_mark.line + 1)))


def line_words(line: int) -> str:
    """Say "line 12" in the reader's language."""
    return _("dòng %(n)s", n=line)


def load(text: str) -> Loaded:
    """Read one YAML text; what cannot be read is a problem, never an exception."""
    loaded = Loaded()
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except RecursionError:
        loaded.problems.append(Problem("yaml_depth", _("Tệp lồng quá nhiều tầng.")))
        return loaded
    except (YAMLError, ValueError, OverflowError, IndexError) as error:
        loaded.problems.append(_syntax_problem(error))
        return loaded
    if node is not None:
        loaded.data = _value(node, (), loaded, set())
    return loaded


def _syntax_problem(error: Exception) -> Problem:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return Problem(
        "yaml_syntax",
        _(
            "Tệp YAML sai cú pháp ở dòng này hoặc ngay trước đó. Hãy kiểm tra thụt đầu dòng, dấu "
            "hai chấm và dấu ngoặc kép."
        ),
        line_words(mark.line + 1) if mark else None,
    )


def _value(node: Node, path: Path, loaded: Loaded, seen: set[int]) -> Any:
    loaded.lines[path] = node.start_mark.line + 1
    if id(node) in seen:
        loaded.refuse("yaml_alias", _("Không dùng bí danh (dấu * và &) trong tệp này."), node)
        return None
    seen.add(id(node))
    if len(path) > _DEEPEST:
        loaded.refuse("yaml_depth", _("Tệp lồng quá nhiều tầng."), node)
        return None
    if isinstance(node, ScalarNode):
        return None if node.style is None and node.value in _NOTHING else str(node.value)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, i), loaded, seen) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    return _mapping(node, path, loaded, seen)


def _mapping(node: MappingNode, path: Path, loaded: Loaded, seen: set[int]) -> dict[str, Any]:
    """A field without a value counts as left out."""
    content: dict[str, Any] = {}
    names: set[str] = set()
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            loaded.refuse("yaml_key", _("Tên trường phải là một từ."), key_node)
            continue
        name = str(key_node.value)
        if name in names:
            loaded.refuse(
                "yaml_repeated", _("Trường “%(name)s” xuất hiện hai lần.", name=name), key_node
            )
            continue
        names.add(name)
        value = _value(value_node, (*path, name), loaded, seen)
        loaded.lines[(*path, name)] = key_node.start_mark.line + 1
        if value is not None:
            content[name] = value
    return content
