// A FHIR R4 server for the tests: Medplum's router and in-memory repository over express, on a free port of 127.0.0.1.
//
// Printed when it is ready: {"port": ...}. It ends when its standard input does, so that it never outlives who started it.
// Added to the router: ETag, Location, next links, `Prefer: return=minimal`, 201 where a PUT creates, If-Match on DELETE, /metadata,
// a bearer token (none of this for what tests do themselves), and /control, which is not FHIR: faults, loading, dumps, counts, and waiting until no notification is pending.
import { allOk, created, getStatus, isOk } from '@medplum/core';
import { FhirRouter } from '@medplum/fhir-router';
import express from 'express';
import { parametersOf, resourceTypes } from './definitions.mjs';
import { Faults, refuse, strike, strikesAfter } from './faults.mjs';
import { Notices } from './notices.mjs';
import { Repository } from './repository.mjs';

const faults = new Faults();
const notices = new Notices();
const router = new FhirRouter();
const repository = new Repository(changed);
const state = { token: undefined, silent: false, counts: {} };

function changed(change) {
  const { resource, interaction } = change;
  if (!state.silent) {
    notices.changed(change, repository);
  }
  if (resource.resourceType === 'Subscription' && resource.status === 'requested' && interaction !== 'delete') {
    notices.during(() => new Promise((done) => setImmediate(() => activate(resource).finally(done))));
  }
}

async function activate({ id, meta }) {
  const current = repository.current('Subscription', id);
  if (current?.meta.versionId === meta.versionId) {
    await repository.updateResource({ ...current, status: 'active' });
  }
}

function replace(method, interaction, handler) {
  const route = router.router.routes.find((one) => one.method === method && one.data.interaction === interaction);
  route.handler = handler(route.handler);
}

function expected(req) {
  return /"([^"]+)"/.exec(req.headers?.['if-match'] ?? '')?.[1];
}

replace('PUT', 'update', (update) => async (req, repo, ...rest) => {
  const isNew = !repository.current(req.params.resourceType, req.params.id);
  const [outcome, ...answer] = await update(req, repo, ...rest);
  return [isNew && outcome === allOk ? created : outcome, ...answer];
});
replace('DELETE', 'delete', () => async (req, repo) => {
  await repo.deleteResource(req.params.resourceType, req.params.id, { ifMatch: expected(req) });
  return [allOk];
});
router.add('GET', 'metadata', async () => [allOk, capabilities()]);

function capabilities() {
  const interactions = ['create', 'read', 'vread', 'update', 'delete', 'search-type', 'history-instance'];
  const resource = resourceTypes().map((type) => ({
    type,
    interaction: interactions.map((code) => ({ code })),
    versioning: 'versioned-update',
    updateCreate: true,
    searchParam: Object.values(parametersOf(type)).map(({ code: name, type: kind }) => ({ name, type: kind })),
  }));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2024-01-01',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [{ mode: 'server', resource, interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
  };
}

async function answer(req, res) {
  const { method, url, headers, body } = req;
  const isByTest = headers['x-by-test'] !== undefined;
  if (!isByTest) {
    const count = `${method} ${/^\/(\w+)/.exec(url)?.[1] ?? 'Bundle'}`;
    state.counts[count] = (state.counts[count] ?? 0) + 1;
  }
  if (!isByTest && state.token && headers.authorization !== `Bearer ${state.token}`) {
    return refuse(res, 401);
  }
  const fault = isByTest ? undefined : await faults.meet(method, url);
  if (fault && !strikesAfter(fault)) {
    return strike(fault, res);
  }
  const asked = { method, url, pathname: '', body, params: {}, query: {}, headers, config: { transactions: true } };
  const [outcome, resource] = await router.handleRequest(asked, repository);
  const base = `http://${headers.host}/fhir`;
  const text = JSON.stringify(isOk(outcome) && resource ? linked(resource, base, req) : outcome);
  const status = getStatus(outcome);
  const { versionId, lastUpdated } = resource?.meta ?? {};
  res.status(status).type('application/fhir+json');
  if (versionId) {
    res.set({ etag: `W/"${versionId}"`, 'last-modified': new Date(lastUpdated).toUTCString() });
  }
  if (status === 201) {
    res.set('location', `${base}/${resource.resourceType}/${resource.id}/_history/${versionId}`);
  }
  if (fault) {
    return strike(fault, res, text);
  }
  const isMinimal = versionId && method !== 'GET' && headers.prefer === 'return=minimal';
  return isMinimal ? res.end() : res.send(text);
}

function linked(resource, base, { method, url, body }) {
  if (resource.type !== 'searchset') {
    return resource;
  }
  const [path, query] = url.replace('/_search', '').split('?');
  const next = new URLSearchParams(method === 'POST' ? body : query);
  const shown = resource.entry.filter((entry) => entry.search.mode === 'match').length;
  const following = Number(next.get('_offset') ?? 0) + shown;
  next.set('_offset', String(following));
  const link = [{ relation: 'self', url: base + url }];
  if (shown && following < resource.total) {
    link.push({ relation: 'next', url: `${base}${path}?${next}` });
  }
  const entry = resource.entry.map((one) => ({ fullUrl: `${base}/${one.resource.resourceType}/${one.resource.id}`, ...one }));
  return { ...resource, link, entry: entry.length ? entry : undefined };
}

function isOwn({ identifier, meta }) {
  const identifiers = [identifier ?? []].flat();
  return (
    identifiers.some(({ system }) => system === 'urn:marrow:conclusion') ||
    (meta.tag ?? []).some(({ system }) => system === 'urn:marrow:pack')
  );
}

const control = express.Router();
control.post('/faults', (req, res) => res.json(req.body.forEach((rule) => faults.add(rule)) ?? {}));
control.delete('/faults', (_, res) => res.json(faults.clear() ?? {}));
control.post('/notices', (req, res) => res.json(notices.disturb(req.body) ?? {}));
control.get('/notices', (_, res) => res.json(notices.tally));
control.get('/quiet', async (req, res) => res.json({ quiet: await notices.quiet(Number(req.query.seconds ?? 10)) }));
control.get('/counts', (_, res) => res.json(state.counts));
control.post('/token', (req, res) => {
  state.token = req.body.token ?? undefined;
  res.json({});
});
control.post('/load', async (req, res) => {
  state.silent = req.query.notify !== 'true';
  try {
    for (const resource of req.body) {
      await repository.updateResource(resource);
    }
  } finally {
    state.silent = false;
  }
  res.json({ loaded: req.body.length });
});
control.get('/dump', (req, res) => {
  const shown = [...repository.all()].filter((resource) => req.query.own === 'true' || !isOwn(resource));
  res.type('application/fhir+ndjson').send(shown.map((resource) => `${JSON.stringify(resource)}\n`).join(''));
});
control.get('/histories/:type', async (req, res) => {
  const { type } = req.params;
  const found = repository.everKnown(type).map(async (id) => [id, await repository.readHistory(type, id)]);
  res.json(Object.fromEntries(await Promise.all(found)));
});
control.post('/reset', (_, res) => {
  repository.clear();
  faults.clear();
  notices.forget();
  Object.assign(state, { token: undefined, counts: {} });
  res.json({});
});

const app = express();
const isForm = (req) => (req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
app.set('etag', false);
app.use(express.urlencoded({ type: isForm, extended: false }));
app.use(express.json({ type: (req) => !isForm(req), limit: '64mb' }));
app.use('/fhir', answer);
app.use('/control', control);
app.use((error, _req, res, _next) => {
  if (error.outcome) {
    return res.status(getStatus(error.outcome)).json(error.outcome);
  }
  if (!error.status) {
    console.error(error);
  }
  return refuse(res, error.status ?? 500);
});

const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
server.keepAliveTimeout = 60_000; // longer than any client of the tests keeps a connection: none is closed while it is used
process.stdin.on('end', () => process.exit(0)).resume();
