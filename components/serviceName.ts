/** The name of the bundled PostgreSQL's Service and StatefulSet: the chart's rule, by which a name with the chart's in it stays as it is. */
export function serviceName(releaseName: string): string {
  return releaseName.includes("postgresql") ? releaseName : `${releaseName}-postgresql`;
}
