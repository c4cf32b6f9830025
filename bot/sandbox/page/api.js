/** The control API of the sandbox, one function a route. */

/** The sandbox, or the bot behind it, said no. `status` 0: nobody there; 504: the bot did not answer in time. */
export class Refusal extends Error {
  constructor(status, message, body = null) {
    super(message);
    this.status = status;
    this.body = body;
  }

  get silent() {
    return this.status === 504;
  }
}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, "The sandbox cannot be reached.");
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok)
    throw new Refusal(
      answer.status,
      data?.error ?? data?.message ?? `The sandbox answered ${answer.status}.`,
      data,
    );
  return data;
}

const query = (values) => {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return entries.length ? `?${new URLSearchParams(entries)}` : "";
};
const act = (person, verb, body) =>
  call("POST", `/sandbox/people/${encodeURIComponent(person)}/${verb}`, body);

export const fetchMessages = (channel, { limit = 50, before, person } = {}) =>
  call("GET", `/sandbox/channels/${channel}/messages${query({ limit, before, person })}`);
export const fetchMessage = (id, person) => call("GET", `/sandbox/messages/${id}${query({ person })}`);

/** An interaction is told of as soon as the bot takes it on; what a deferred one becomes arrives over the stream. */
const begin = (person, verb, body) => act(person, `${verb}?timeout=0`, body);

export const fetchWorld = () => call("GET", "/sandbox/world");

/**
 * What an interaction came to.
 * @typedef {{answered: boolean, kind: "message"|"update"|"modal"|"choices"|"none", deferred: boolean,
 *   ephemeral: boolean, message: ?object, modal: ?{custom_id: string, title: string, components: object[]},
 *   choices: ?{name: string, value: string|number}[], error: ?string}} Answer
 */

/** @returns {Promise<Answer>} */
export const runCommand = (person, body) => begin(person, "command", body);
/** @returns {Promise<Answer>} */
export const autocomplete = (person, body) => begin(person, "autocomplete", body);
/** @returns {Promise<Answer>} */
export const click = (person, body) => begin(person, "click", body);
/** @returns {Promise<Answer>} */
export const submitModal = (person, body) => begin(person, "submit", body);
export const react = (person, body) => act(person, "react", body);
export const say = (person, body) => act(person, "say", body);
export const remove = (person, body) => act(person, "delete", body);

export const fetchFaults = () => call("GET", "/sandbox/faults");
/** @param {object[]} rules all of them, they replace what was armed */
export const putFaults = (rules) => call("PUT", "/sandbox/faults", rules);
/** @param {object} rule one more; the counts of the others go on */
export const postFault = (rule) => call("POST", "/sandbox/faults", rule);
/** @param {object} rule what happens to the gateway's connections at once */
export const disturbGateway = (rule) => call("POST", "/sandbox/gateway", rule);
export const fetchLimits = () => call("GET", "/sandbox/limits");
export const clearFaults = () => call("DELETE", "/sandbox/faults");
export const putOutage = (on) => call("PUT", "/sandbox/outage", { on });
export const putLimits = (body) => call("PUT", "/sandbox/limits", body);
