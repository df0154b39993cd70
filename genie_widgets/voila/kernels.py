"""Kernels that wait for their visitor, and are not taken away in the moment he comes."""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class PatientKernelManager(AsyncMappingKernelManager):
    """Ends a kernel that nobody is connected to, but not at the first look at it.

    Voila does not let a kernel be looked at while it waits among those started ahead. It has been idle all that time,
    so that the first look, between the page being sent and its browser connecting, would end it.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._seen: set[str] = set()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that is idle, from the second look on."""
        if kernel_id in self._seen:
            await super().cull_kernel_if_idle(kernel_id)  # type: ignore[no-untyped-call]
        self._seen = (self._seen | {kernel_id}) & set(self.list_kernel_ids())
