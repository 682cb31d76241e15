/** Why something that Pulumi waits for does not become ready. */
export interface Problem {
  /** Identifies the object with the problem, even across restarts of a container: `pod NAMESPACE/NAME`. */
  readonly subject: string;
  readonly namespace: string;
  /** The name of the object in its events. */
  readonly name: string;
  /** Kubernetes' or KEDA's reason. */
  readonly reason: string;
  /** What happened; the object is called "it". */
  readonly message: string;
  readonly advice: string;
  /** The container whose log has details; undefined if none has started. */
  readonly log?: { readonly container: string; readonly previous: boolean };
  /** How long it may last before it counts as permanent; infinite if only Pulumi's own time limits end it. */
  readonly limitSeconds: number;
}
