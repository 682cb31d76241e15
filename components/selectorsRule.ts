import { isQualifiedName, labelValue, namespaceName } from "./nameRules.ts";
import { isLater, isObject, isText, number, type Rule, text, toFields } from "./rule.ts";

const LABELS = ["In", "NotIn", "Exists", "DoesNotExist"];
const NODES = [...LABELS, "Gt", "Lt"];

/** The one field of a node that `matchFields` may select by. */
const NODE_NAME = "metadata.name";

const labelName = text(isQualifiedName, "a label name", "it selects nodes or pods");
const nodeField = text((key) => key === NODE_NAME, NODE_NAME, "nodes have no other field to select by");
const namespace = namespaceName("pods in it are selected");

/** Fields that are, or list, names, each with its rule. */
const NAMES: Readonly<Record<string, Rule>> = {
  topologyKey: labelName,
  matchLabelKeys: labelName,
  mismatchLabelKeys: labelName,
  namespaces: namespace,
};

const weightRule = number({ min: 1, max: 100, why: "Kubernetes' rule for weights" });

/**
 * Validation rules for the selectors at any depth of an affinity or a label selector, whose fields and types are right: Kubernetes
 * would refuse them only when KEDA creates a Job.
 */
export const selectorsRule: Rule = (path, value, problems) => {
  find(path, value, LABELS, problems);
};

function find(path: string, value: unknown, operators: readonly string[], problems: string[], key = labelName): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) find(`${path}[${index}]`, item, operators, problems, key);
    return;
  }
  if (!isObject(value)) return;
  if (value.weight !== undefined) weightRule(`${path}.weight`, value.weight, problems);
  if (Array.isArray(value.nodeSelectorTerms) && value.nodeSelectorTerms.length === 0)
    problems.push(`${path}.nodeSelectorTerms must be a list of 1 or more (no node would match); got an empty one`);
  if ("operator" in value) {
    problems.push(...requirementProblems(path, value, operators));
    ofTexts(`${path}.key`, value.key, key, problems);
    // A node's name is no label, nor is a number to compare with.
    if (key === labelName && /^(Not)?In$/.test(String(value.operator)))
      ofTexts(`${path}.values`, value.values, labelValue, problems);
  }
  for (const [name, inner] of Object.entries(toFields(value.matchLabels))) {
    labelName(`the key ${JSON.stringify(name)} of ${path}.matchLabels`, name, problems);
    ofTexts(`${path}.matchLabels.${name}`, inner, labelValue, problems);
  }
  for (const [field, inner] of Object.entries(value)) {
    const rule = NAMES[field];
    if (rule !== undefined) ofTexts(`${path}.${field}`, inner, rule, problems);
    else if (field !== "matchLabels") {
      const known = field === "nodeAffinity" ? NODES : operators;
      find(`${path}.${field}`, inner, known, problems, field === "matchFields" ? nodeField : labelName);
    }
  }
}

/** Applies a rule to a text, or to each text of a list. */
function ofTexts(path: string, value: unknown, rule: Rule, problems: string[]): void {
  if (isText(value)) rule(path, value, problems);
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) if (isText(item)) rule(`${path}[${index}]`, item, problems);
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
