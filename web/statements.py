"""Statements that are compiled once and run on the driver's own cursor, for the few paths that are measured.

SQLAlchemy still says what the SQL is, how values go in and come out, and what an error is called; what is
left out is what it does anew for each execution, which costs more than SQLite itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Delete, Dialect, Insert, Select, Update
    from sqlalchemy.pool import PoolProxiedConnection

    Element = Select[Any] | Insert | Update | Delete

Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Compiled:
    """A statement for one dialect.

    Args:
        sql: for the driver.
        names: of the values, in the driver's order; None where it takes them by name.
        values: what the statement itself holds.
        binds: how a value goes in, for those that need it.
        results: how each column comes out; None as it is.
    """

    sql: str
    names: tuple[str, ...] | None
    values: dict[str, Any]
    binds: dict[str, Callable[[Any], Any]]
    results: tuple[Callable[[Any], Any] | None, ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        values = {**self.values, **given}
        for name, bind in self.binds.items():
            values[name] = bind(values[name])
        return values if self.names is None else [values[name] for name in self.names]

    def row(self, raw: Sequence[Any]) -> Row:
        return tuple(
            value if process is None else process(value)
            for value, process in zip(raw, self.results, strict=True)
        )


class Statement:
    """A statement on tables, to be run many times with other values.

    Args:
        element: every value that changes is a `bindparam`, named unlike any column; no IN with a list.
        columns: of an INSERT: the names that values are given for.
    """

    def __init__(self, element: Element, *, columns: Sequence[str] = ()) -> None:
        self._element = element
        self._columns = list(columns) or None
        self._compiled: dict[str, _Compiled] = {}

    def for_dialect(self, dialect: Dialect) -> _Compiled:
        """The statement in SQL; compiled at the first call for a dialect."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        return compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._element.compile(dialect=dialect, column_keys=self._columns)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError("the statement's text hangs on its values")
        binds = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        results = (column.type for column in self._element.exported_columns)
        return _Compiled(
            sql=str(compiled),
            names=tuple(compiled.positiontup) if compiled.positional else None,
            values=dict(compiled.params),
            binds={name: bind for name, bind in binds.items() if bind is not None},
            results=tuple(each.dialect_impl(dialect).result_processor(dialect, None) for each in results),
        )


class Transaction:
    """A transaction under way on the driver's connection; `Database.reading` and `Database.apply` give it."""

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._cursor = connection.cursor()

    def first(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """Run a statement; gives its first row, or None.

        Raises:
            sqlalchemy.exc.DBAPIError: the subclass that SQLAlchemy raises for it.
        """
        compiled = self._run(statement, values)
        raw = self._cursor.fetchone()
        return None if raw is None else compiled.row(raw)

    def change(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Run a statement; gives the number of rows that it inserted, changed or took away.

        Raises:
            sqlalchemy.exc.DBAPIError: ditto.
        """
        self._run(statement, values)
        return int(self._cursor.rowcount)

    def say(self, sql: str) -> None:
        """Run a word of the transaction's own, such as BEGIN.

        Raises:
            sqlalchemy.exc.DBAPIError: ditto.
        """
        self._execute(sql, ())

    def commit(self) -> None:
        """Make what was changed last.

        Raises:
            sqlalchemy.exc.DBAPIError: ditto.
        """
        try:
            self._connection.commit()
        except self._errors as err:
            raise self._wrapped("COMMIT", err) from err

    @property
    def _errors(self) -> type[Exception]:
        errors: type[Exception] = self._dialect.loaded_dbapi.Error
        return errors

    def _run(self, statement: Statement, values: Mapping[str, Any]) -> _Compiled:
        compiled = statement.for_dialect(self._dialect)
        self._execute(compiled.sql, compiled.parameters(values))
        return compiled

    def _execute(self, sql: str, parameters: Any) -> None:
        try:
            self._cursor.execute(sql, parameters)
        except self._errors as err:
            raise self._wrapped(sql, err) from err

    def _wrapped(self, sql: str, err: Exception) -> BaseException:
        lost = self._dialect.is_disconnect(err, self._connection, self._cursor)  # type: ignore[arg-type]
        if lost:
            # it goes back to no pool
            self._connection.invalidate(err)
        return named_error(sql, err, self._dialect, lost=lost)


def named_error(sql: str, err: Exception, dialect: Dialect, *, lost: bool = False) -> BaseException:
    """A driver's error as SQLAlchemy names it, without the values."""
    errors = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, err, errors, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
