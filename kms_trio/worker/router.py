"""The methods of the protocol in the control process: each request goes to the worker that has its object.

What concerns the ServerManager, sessions or nothing that exists is answered by the control process's own methods, so
such requests get the very replies that a server without workers gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kms_trio.dispatch import RemoteClass
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import Error
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.rpc import params as read
from kms_trio.rpc.legacy_clients import LegacyClients
from kms_trio.rpc.methods import Method, session_of
from kms_trio.rpc.params import Params
from kms_trio.rpc.sessions import Sessions
from kms_trio.worker.core import MediaCore
from kms_trio.worker.link import WorkerLink, WorkerLostError
from kms_trio.worker.tree import WorkerTree

#: How many workers are asked for a pipeline before the client is told that none can.
PLACEMENT_ATTEMPTS: Final = 3

#: What a server without workers says when elements of two pipelines are to be connected.
_NO_COMMON_PIPELINE: Final = "Media elements do not share pipeline"


class Router:
    """Twelve methods, by name in `table`, as `rpc.methods.Methods` has them."""

    def __init__(self, core: MediaCore, tree: WorkerTree, sessions: Sessions) -> None:
        self._core = core
        self._tree = tree
        self._sessions = sessions
        self._own = core.methods(sessions).table
        self._legacy_clients: LegacyClients = core.legacy_clients
        self.table: Mapping[str, Method] = {
            **self._own,
            "create": self.create,
            "describe": self.describe,
            "invoke": self.invoke,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "release": self.release,
            "ref": self.ref,
            "unref": self.unref,
        }

    async def create(self, params: Params | None) -> Any:
        """Create an object where its pipeline is; a pipeline where there is most room."""
        params = read.required(params)
        object_class = self._core.catalog.find(read.text(params, "type"))
        link = self._link_of_parameters(object_class, params.get("constructorParams"))
        if link is not None:
            return await self._send(link, "create", _with_session(params), params.get("constructorParams"))
        if _needs_parent(object_class):
            return await self._answer("create", params)  # which says what is wrong
        return await self._place(_with_session(params))

    async def describe(self, params: Params | None) -> Any:
        """Tell the class of an object and what it is derived from."""
        return await self._by_object("describe", params)

    async def invoke(self, params: Params | None) -> Any:
        """Call an operation of an object."""
        link = self._link_of_object(params)
        if link is None:
            result = await self._answer("invoke", params)
            if params is not None and params.get("operation") == "getPipelines" and params.get("object") == MANAGER_ID:
                result["value"] = await self._hold_all(result["sessionId"], result["value"])
            return result
        assert params is not None
        result = await self._send(link, "invoke", _with_session(params), params.get("operationParams"))
        result["value"] = self._legacy_clients.value_for(result["sessionId"], result["value"])
        return result

    async def subscribe(self, params: Params | None) -> Any:
        """Begin to send an event of an object; who wants to hear of errors is remembered here, too."""
        result = await self._by_object("subscribe", params)
        if params is not None and self._link_of_object(params) is not None:
            name = params.get("type")
            if self._legacy_clients.today(name) == Error.TYPE:
                self._tree.errors.subscribe(
                    result["sessionId"], params["object"], Error.TYPE, name, subscription_id=result["value"]
                )
        return result

    async def unsubscribe(self, params: Params | None) -> Any:
        """End a subscription."""
        result = await self._by_object("unsubscribe", params, makes_session=False)
        if params is not None:
            object_id, subscription_id = read.text(params, "object"), read.text(params, "subscription")
            self._tree.errors.unsubscribe(result["sessionId"], object_id, subscription_id)
        return result

    async def release(self, params: Params | None) -> Any:
        """Destroy an object."""
        return await self._by_object("release", params)

    async def ref(self, params: Params | None) -> Any:
        """Hold an object."""
        return await self._by_object("ref", params, makes_session=False)

    async def unref(self, params: Params | None) -> Any:
        """Give an object up."""
        return await self._by_object("unref", params, makes_session=False)

    async def _by_object(self, method: str, params: Params | None, *, makes_session: bool = True) -> Any:
        link = self._link_of_object(params)
        if link is None:
            return await self._answer(method, params)
        assert params is not None
        return await self._send(link, method, _with_session(params) if makes_session else dict(params))

    async def _place(self, params: dict[str, Any]) -> Any:
        for attempt in range(1, PLACEMENT_ATTEMPTS + 1):
            link = await self._tree.pool.choose()
            try:
                return await self._send(link, "create", params)
            except WorkerLostError as lost:
                if not lost.retired or attempt == PLACEMENT_ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _send(self, link: WorkerLink, method: str, params: dict[str, Any], references: Any = None) -> Any:
        """Have a worker carry out a request; `references` are parameters that may name objects of other workers."""
        session_id = params.get("sessionId")
        try:
            return await link.request(method, params)
        except KurentoError as failure:
            if failure.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND and self._names_others(link, references):
                raise KurentoError(ErrorCode.CONNECT_ERROR, _NO_COMMON_PIPELINE) from None
            raise
        finally:
            if isinstance(session_id, str):
                self._sessions.touch(session_id)

    async def _answer(self, method: str, params: Params | None) -> Any:
        """Carry out a request here."""
        result = await self._own[method](params)
        session_id = result["sessionId"]
        if self._core.context.references.knows(session_id):
            self._tree.note(session_id)
        return result

    async def _hold_all(self, session_id: str, pipeline_ids: list[str]) -> list[str]:
        """Whoever is told of pipelines holds them; return those that are still there."""
        held: set[str] = set()
        for link in self._tree.pool.links:
            its = [each for each in pipeline_ids if self._tree.ledger.link_of(each) is link]
            if its:
                try:
                    held.update(await link.request("worker.hold", {"sessionId": session_id, "objects": its}))
                except WorkerLostError:
                    continue
        return [each for each in pipeline_ids if each in held]

    def _link_of_object(self, params: Params | None) -> WorkerLink | None:
        return None if params is None else self._tree.ledger.link_of(params.get("object"))

    def _link_of_parameters(self, object_class: RemoteClass, given: Any) -> WorkerLink | None:
        """The worker of the first object that constructor parameters name."""
        if not isinstance(given, Mapping):
            return None
        declared = (each for each in object_class.constructor or () if each.type.kind == "remote")
        links = (self._tree.ledger.link_of(text) for each in declared for text in _texts(given.get(each.name)))
        return next((link for link in links if link is not None), None)

    def _names_others(self, link: WorkerLink, references: Any) -> bool:
        ledger = self._tree.ledger
        return any(text in ledger and ledger.link_of(text) is not link for text in _texts(references))


def _with_session(params: Params) -> dict[str, Any]:
    """The params with a session; a worker must not make one up that nobody here knows."""
    return {**params, "sessionId": session_of(params)}


def _needs_parent(object_class: RemoteClass) -> bool:
    return any(each.type.kind == "remote" and not each.optional for each in object_class.constructor or ())


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
