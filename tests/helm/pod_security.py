"""The Pod Security Standard "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards), as code."""

from collections.abc import Iterator
from typing import Any

ALLOWED_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip


def complaints(pod: dict[str, Any]) -> list[str]:
    """What in a pod's spec breaks the standard; empty when it holds."""
    return [*_of_pod(pod), *(said for one in _containers(pod) for said in _of_container(one, pod))]


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"], *pod.get("ephemeralContainers", [])]


def _of_pod(pod: dict[str, Any]) -> Iterator[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield f"{name} is on"
    for volume in pod.get("volumes", []):
        if not set(volume) - {"name"} <= ALLOWED_VOLUMES:
            yield f"volume {volume['name']} is of a kind that is not allowed"
    if pod.get("securityContext", {}).get("sysctls"):
        yield "sysctls are set"


def _of_container(one: dict[str, Any], pod: dict[str, Any]) -> Iterator[str]:
    name, own, shared = one["name"], one.get("securityContext", {}), pod.get("securityContext", {})
    both = shared | own
    if both.get("runAsNonRoot") is not True or both.get("runAsUser", 1) == 0:
        yield f"{name} may run as root"
    if both.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{name} has no seccomp profile"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name} may gain privileges"
    if own.get("privileged"):
        yield f"{name} is privileged"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name} keeps capabilities"
    if own.get("procMount", "Default") != "Default":
        yield f"{name} unmasks /proc"
    if any("hostPort" in port for port in one.get("ports", [])):
        yield f"{name} takes a port of the host"
    for hook in one.get("lifecycle", {}).values():
        if "host" in hook.get("httpGet", {}) or "host" in hook.get("tcpSocket", {}):
            yield f"{name} has a hook that calls another host"
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if "host" in one.get(probe, {}).get("httpGet", {}) or "host" in one.get(probe, {}).get("tcpSocket", {}):
            yield f"{name} has a probe that calls another host"
