import type pg from "pg";

/**
 * The plans, with actual rows and times, of every statement that a query runs, those inside its functions first.
 *
 * They come from auto_explain, so that a function's statements need not be copied to be explained.
 */
export async function readPlans(client: pg.Client, query: pg.QueryConfig): Promise<string[]> {
  const plans: string[] = [];
  const listen = ({ message = "" }: { message?: string | undefined }) => {
    const plan = /plan:\n([\s\S]+)/.exec(message)?.[1];
    if (plan !== undefined) plans.push(plan);
  };
  await client.query(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_level = 'notice'`);
  client.on("notice", listen);
  await client.query(query);
  client.off("notice", listen);
  await client.query("set auto_explain.log_min_duration = -1");
  return plans;
}
