// What can befall a request on purpose: a wait, then an error, a reset connection or half an answer, before or after it took effect.
import { setTimeout as sleep } from 'node:timers/promises';
import { drawn } from './notices.mjs';

const CODES = { 401: 'expired', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 410: 'deleted', 412: 'conflict', 429: 'throttled' };

export class Faults {
  #rules = [];

  clear() {
    this.#rules = [];
  }

  /**
   * method: e.g. `PUT`, else any. path: an expression that what follows /fhir must match. times: how often at most; probability: of
   * each request, by seed. seconds: waited first. status, or cut, or reset: what happens then, else nothing; retry_after: seconds.
   * after: the request has taken effect by then.
   */
  add(rule) {
    const { method, path = '', times = Infinity, probability = 1, seed = 0 } = rule;
    this.#rules.push({ ...rule, method, path: new RegExp(path), left: times ?? Infinity, probability, draw: drawn(seed) });
  }

  /** The fault of this request, already waited for; undefined for none. */
  async meet(method, url) {
    const rule = this.#rules.find(
      (one) => one.left > 0 && (!one.method || one.method === method) && one.path.test(url) && one.draw() < one.probability,
    );
    if (!rule) {
      return undefined;
    }
    rule.left -= 1;
    if (rule.seconds) {
      await sleep(rule.seconds * 1000);
    }
    return rule.status || rule.cut || rule.reset ? rule : undefined;
  }
}

/** Whether a fault strikes only when the request has taken effect; half an answer cannot come earlier. */
export function strikesAfter(fault) {
  return Boolean(fault.after || fault.cut);
}

/** Answer wrongly. body: what would have been the answer. */
export function strike(fault, res, body) {
  if (fault.reset) {
    res.req.socket.resetAndDestroy();
  } else if (fault.cut) {
    const whole = Buffer.from(body || '{"resourceType": "OperationOutcome"}');
    res.set('content-length', String(whole.length));
    res.flushHeaders();
    res.write(whole.subarray(0, whole.length / 2), () => res.req.socket.destroy());
  } else {
    if (fault.retry_after !== undefined && fault.retry_after !== null) {
      res.set('retry-after', String(fault.retry_after));
    }
    refuse(res, fault.status);
  }
}

/** Answer with an OperationOutcome that says no more than the status. */
export function refuse(res, status) {
  if (status === 401) {
    res.set('www-authenticate', 'Bearer error="invalid_token"');
  }
  const issue = [{ severity: 'error', code: CODES[status] ?? (status < 500 ? 'invalid' : 'transient') }];
  res.status(status).type('application/fhir+json').send(JSON.stringify({ resourceType: 'OperationOutcome', issue }));
}
