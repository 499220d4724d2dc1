// Rest-hook Subscriptions with R4 criteria, sent as Medplum's server sends them; and what can befall a notification on its way.
//
// As there: the version that was written is sent, unless the resource is gone by then, or, when trying again, has changed; header
// strings end at their second colon; a deletion is `{}` and a header. Unlike there: three tries in half a second, not hours.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getExtensionValue, resourceMatchesSubscriptionCriteria, stringify } from '@medplum/core';

const SECRET = 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret';
const TRIES = 3;
const PAUSE = 0.05; // seconds before the second try; then four times as long
const AT_ONCE = 8;
const PATIENCE = 30_000; // milliseconds that a receiver may take
const OVERTAKEN = 0.05; // seconds that a reordered notification waits at most

/** Pseudo-random numbers from 0 to 1 that a seed decides (mulberry32). */
export function drawn(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Notices {
  #repository;
  #ready = [];
  #sending = 0;
  #pending = 0;
  #waiting = [];
  #draw = drawn(0);
  #faults = {};
  tally;

  constructor() {
    this.forget();
  }

  /** Count from the beginning, and disturb nothing any more. */
  forget() {
    this.tally = { sent: 0, lost: 0, dropped: 0, duplicated: 0, superseded: 0 };
    this.disturb({});
  }

  /** drop, duplicate, reorder, delay: probabilities; seconds: how long a delayed one waits at most. */
  disturb({ seed = 0, ...faults }) {
    this.#draw = drawn(seed);
    this.#faults = faults;
  }

  /** Put what has changed on its way to every active Subscription that it matches. */
  async changed({ resource, previous, interaction }, repository) {
    this.#repository = repository;
    if (resource.resourceType === 'AuditEvent') {
      return;
    }
    const subscriptions = [...(repository.resources.get('Subscription')?.values() ?? [])];
    await this.during(async () => {
      for (const subscription of subscriptions.filter((one) => one.status === 'active')) {
        const getPreviousResource = async () => previous;
        const context = { interaction };
        const asked = resourceMatchesSubscriptionCriteria({ resource, subscription, context, getPreviousResource });
        if (await asked.catch(() => false)) {
          this.#file({ subscription: subscription.id, resource, interaction, tried: 0 });
        }
      }
    });
  }

  /** Count some work as pending. */
  async during(work) {
    this.#pending += 1;
    try {
      await work();
    } finally {
      this.#pending -= 1;
      this.#look();
    }
  }

  /** Whether nothing is pending any more, as soon as that is so or after so many seconds. */
  async quiet(seconds) {
    if (this.#pending) {
      const late = new AbortController();
      const told = new Promise((tell) => this.#waiting.push(tell));
      await Promise.race([told, sleep(seconds * 1000, undefined, { signal: late.signal })]);
      late.abort();
    }
    return this.#pending === 0;
  }

  #look() {
    if (this.#pending === 0) {
      this.#waiting.splice(0).forEach((tell) => tell());
    }
  }

  #file(notice) {
    const { drop = 0, duplicate = 0, reorder = 0, delay = 0, seconds = 1 } = this.#faults;
    if (this.#draw() < drop) {
      this.tally.dropped += 1;
      return;
    }
    const copies = this.#draw() < duplicate ? 2 : 1;
    this.tally.duplicated += copies - 1;
    for (let copy = 0; copy < copies; copy++) {
      const overtaken = this.#draw() < reorder ? this.#draw() * OVERTAKEN : 0;
      const delayed = this.#draw() < delay ? this.#draw() * seconds : 0;
      this.#pending += 1;
      this.#later({ ...notice }, overtaken + delayed);
    }
  }

  async #later(notice, seconds) {
    if (seconds) {
      await sleep(seconds * 1000);
    }
    this.#ready.push(notice);
    this.#send();
  }

  #send() {
    while (this.#sending < AT_ONCE && this.#ready.length) {
      this.#sending += 1;
      this.#try(this.#ready.shift()).finally(() => {
        this.#sending -= 1;
        this.#send();
      });
    }
  }

  async #try(notice) {
    const outcome = await this.#post(notice);
    notice.tried += 1;
    if (outcome === 'failed' && notice.tried < TRIES) {
      this.#later(notice, PAUSE * 4 ** (notice.tried - 1));
      return;
    }
    this.tally[outcome === 'failed' ? 'lost' : outcome] += 1;
    this.#pending -= 1;
    this.#look();
  }

  async #post({ subscription: id, resource, interaction, tried }) {
    const subscription = this.#repository.current('Subscription', id);
    const current = this.#repository.current(resource.resourceType, resource.id);
    const isStale = tried > 0 && current?.meta.versionId !== resource.meta.versionId;
    if (subscription?.status !== 'active' || (interaction !== 'delete' && (!current || isStale))) {
      return 'superseded';
    }
    const body = interaction === 'delete' ? '{}' : stringify(resource);
    const headers = headersOf(subscription, resource, interaction, body);
    const { endpoint } = subscription.channel;
    try {
      const answer = await fetch(endpoint, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE) });
      await answer.arrayBuffer();
      return answer.status < 400 ? 'sent' : 'failed';
    } catch {
      return 'failed';
    }
  }
}

function headersOf(subscription, resource, interaction, body) {
  const headers = {
    'content-type': 'application/fhir+json',
    'x-medplum-subscription': subscription.id,
    'x-medplum-interaction': interaction,
  };
  if (interaction === 'delete') {
    headers['x-medplum-deleted-resource'] = `${resource.resourceType}/${resource.id}`;
  }
  for (const line of subscription.channel.header ?? []) {
    const [name, value] = line.split(':');
    headers[name.trim().toLowerCase()] = (value ?? '').trim();
  }
  const secret = getExtensionValue(subscription, SECRET);
  if (secret) {
    headers['x-signature'] = createHmac('sha256', secret).update(body).digest('hex');
  }
  return headers;
}
