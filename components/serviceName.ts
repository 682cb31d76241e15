/** The name of the bundled PostgreSQL's Service and StatefulSet: by the chart's rule, a release's name that contains the chart's is used unchanged. */
export function serviceName(releaseName: string): string {
  return releaseName.includes("postgresql") ? releaseName : `${releaseName}-postgresql`;
}
