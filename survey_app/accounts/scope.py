"""Who is acting, and over which cells. Pure values; row access takes a `Scope` as an argument."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scope:
    """The cells someone may see: all of them (`cells is None`) or exactly these."""

    cells: frozenset[int] | None

    def includes(self, cell_id: int | None) -> bool:
        """Whether rows of `cell_id` may be seen; people of no cell belong to "all" only."""
        return self.cells is None or (cell_id is not None and cell_id in self.cells)


ALL_CELLS = Scope(None)


@dataclass(frozen=True)
class Grant:
    """One role, in one campaign or all (`None`), over one cell or all (`None`)."""

    role: str
    campaign_id: int | None = None
    cell_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """A signed-in staff user during one request."""

    user_id: int
    name: str
    email: str
    locale: str
    grants: tuple[Grant, ...] = ()
    session_hash: str = field(default="", repr=False)

    actor_kind = "user"

    @property
    def actor_id(self) -> int:
        """The id that stands in the audit log."""
        return self.user_id

    def has(self, *roles: str, campaign_id: int | None = None) -> bool:
        """Whether the user holds any of `roles` in that campaign (`None`: in any, for doors)."""
        return bool(self._held(roles, campaign_id))

    def scope(self, *roles: str, campaign_id: int | None = None) -> Scope:
        """Return the cells over which the user holds any of `roles` (none: the empty scope).

        In that campaign; with `None` in any.
        """
        held = self._held(roles, campaign_id)
        if any(grant.cell_id is None for grant in held):
            return ALL_CELLS
        return Scope(frozenset(grant.cell_id for grant in held if grant.cell_id is not None))

    def _held(self, roles: tuple[str, ...], campaign_id: int | None) -> list[Grant]:
        return [
            grant
            for grant in self.grants
            if grant.role in roles
            and (campaign_id is None or grant.campaign_id in (None, campaign_id))
        ]


@dataclass(frozen=True)
class Unattended:
    """Who acts when no user does: `job`, `cli` or `member`."""

    actor_kind: str
    actor_id: int | None = None


JOB = Unattended("job")
CLI = Unattended("cli")
MEMBER = Unattended("member")
