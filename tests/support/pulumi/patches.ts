/** A sidecar of a batch's pods. */
export const SIDECAR = { name: "proxy", image: "proxy:1", restartPolicy: "Always" };

/** A pod whose patch changes the container of the work. */
export const workPatch = (container: object) => ({ podSpecPatch: { containers: [container] } });

/** A pod whose patch adds the sidecar, with more fields. */
export const sidecarPatch = (more: object = {}) => ({ podSpecPatch: { initContainers: [{ ...SIDECAR, ...more }] } });

/** A pod whose patch changes its security context. */
export const securityPatch = (securityContext: unknown) => ({ podSpecPatch: { securityContext } });
