// jsforce's Bulk 2.0: its one-call load, a job step by step, and queries as streams.
import { connect, failure, report } from "./org.mjs";

const sf = await connect();
const KEY = "ERP_External_Id__c";
const poll = { pollInterval: 1, pollTimeout: 20_000 };
sf.bulk2.pollInterval = 1;

const loaded = await sf.bulk2.loadAndWaitForResults({
  object: "Contact",
  operation: "insert",
  input: [
    { LastName: "Ash", DoNotCall: true, Email: "ash@acme.example" },
    { LastName: "Böhm, \"Bo\"\nJr", DoNotCall: false, Email: "nope" },
  ],
  ...poll,
});
const ash = loaded.successfulResults[0].sf__Id;
const upserted = await sf.bulk2.loadAndWaitForResults({
  object: "Account",
  operation: "upsert",
  externalIdFieldName: KEY,
  input: `${KEY},Name\nA-1,Acme\nA-2,Other\n,Nameless\n`,
  ...poll,
});
const changed = await sf.bulk2.loadAndWaitForResults({
  object: "Contact",
  operation: "update",
  input: [{ Id: ash, Title: "Dr", Email: null }],
  ...poll,
});

const job = sf.bulk2.createJob({ operation: "insert", object: "Contact" });
const opened = await job.open();
await job.uploadData("LastName\nCole\nDole\n");
const twice = await failure(
  sf.request({
    method: "PUT",
    url: `/jobs/ingest/${job.id}/batches`,
    body: "LastName\nX\n",
    headers: { "Content-Type": "text/csv" },
  }),
);
await job.close();
await job.poll(1, 20_000);
const info = await job.check();
const all = await job.getAllResults();
const raw = await job.getSuccessfulResults(true);
await job.delete();
const deleted = await failure(sf.bulk2.job("ingest", { id: opened.id }).check());

const aborted = sf.bulk2.createJob({ operation: "insert", object: "Contact" });
await aborted.open();
await aborted.uploadData("LastName\nNever\n");
await aborted.abort();
const left = await sf.bulk2.job("ingest", { id: aborted.id }).getUnprocessedRecords();

const failed = await failure(
  sf.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input: "LastName,Shoe\nA,44\n", ...poll }),
);
const notAnObject = await failure(sf.bulk2.createJob({ operation: "insert", object: "Shoe" }).open());

const rows = await (
  await sf.bulk2.query("SELECT LastName, Email, Title, Account.Name FROM Contact ORDER BY LastName", poll)
).toArray();
await sf.sobject("Contact").destroy(ash);
const withDeleted = await (
  await sf.bulk2.query("SELECT LastName, IsDeleted FROM Contact WHERE IsDeleted = true", { ...poll, scanAll: true })
).toArray();
const compound = await failure(sf.bulk2.query("SELECT Id, MailingAddress FROM Contact", poll));

report({
  loaded,
  upserted,
  changed: changed.successfulResults.map((row) => row.sf__Created),
  opened,
  twice,
  info,
  all,
  raw,
  deleted,
  left,
  failed,
  notAnObject,
  rows,
  withDeleted,
  compound,
});
