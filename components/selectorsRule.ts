import { isLater, isObject, isText, number, type Rule } from "./rule.ts";

const LABELS = ["In", "NotIn", "Exists", "DoesNotExist"];
const NODES = [...LABELS, "Gt", "Lt"];

const weightRule = number({ min: 1, max: 100, why: "Kubernetes' rule for weights" });

/**
 * Validation rules for the selectors at any depth of an affinity or a label selector, whose fields and types are right: Kubernetes
 * would refuse them only when KEDA creates a Job.
 */
export const selectorsRule: Rule = (path, value, problems) => {
  find(path, value, LABELS, problems);
};

function find(path: string, value: unknown, operators: readonly string[], problems: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) find(`${path}[${index}]`, item, operators, problems);
    return;
  }
  if (!isObject(value)) return;
  if (value.weight !== undefined) weightRule(`${path}.weight`, value.weight, problems);
  if (Array.isArray(value.nodeSelectorTerms) && value.nodeSelectorTerms.length === 0)
    problems.push(`${path}.nodeSelectorTerms must be a list of 1 or more (no node would match); got an empty one`);
  if ("operator" in value) problems.push(...requirementProblems(path, value, operators));
  for (const [field, inner] of Object.entries(value))
    if (field !== "matchLabels")
      find(`${path}.${field}`, inner, field === "nodeAffinity" ? NODES : operators, problems);
}

function* requirementProblems(
  path: string,
  { operator, values }: Readonly<Record<string, unknown>>,
  operators: readonly string[],
): Iterable<string> {
  if (!isText(operator)) return;
  if (!operators.includes(operator))
    yield `${path}.operator must be one of ${operators.join(", ")} (how the values are compared); got ${JSON.stringify(operator)}`;
  if (isLater(values)) return;
  const count = Array.isArray(values) ? values.length : 0;
  if (/^(Not)?In$/.test(operator) && count === 0)
    yield `${path}.values must be a list of 1 or more (${operator} compares with them); got none`;
  if (/Exist/.test(operator) && LABELS.includes(operator) && count > 0)
    yield `${path}.values must come without the operator ${operator} (which compares with none); got both`;
  if (["Gt", "Lt"].includes(operator) && operators.includes(operator) && count !== 1)
    yield `${path}.values must be one number in quotes (${operator} compares with it); got ${count}`;
}
