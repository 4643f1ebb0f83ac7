// jsforce's single records and collections.
import { connect, failure, report } from "./org.mjs";

const sf = await connect();
const KEY = "ERP_External_Id__c";
const contact = sf.sobject("Contact");

const created = await contact.create({ LastName: "Keller", Email: "r@keller.example", DoNotCall: true });
const updated = await contact.update({ Id: created.id, FirstName: "Robin", DoNotCall: false });
const one = await contact.retrieve(created.id);
const chosen = await contact.retrieve(created.id, { fields: ["LastName", "Email"] });

const many = await contact.create([{ LastName: "A" }, { LastName: "B" }, { FirstName: "nobody" }]);
const manyUpdated = await contact.update([
  { Id: many[0].id, Title: "Dr" },
  { Id: many[1].id, Email: "nope" },
]);
const refused = await failure(contact.create([{ LastName: "C" }, {}], { allOrNone: true }));
const several = await contact.retrieve([many[0].id, many[1].id]);

const account = sf.sobject("Account");
const upserts = [
  await account.upsert({ [KEY]: "A-1", Name: "Acme" }, KEY),
  await account.upsert({ [KEY]: "A-1", Name: "Acme Ltd" }, KEY),
  await account.upsert([{ [KEY]: "A-1", Name: "Acme AG" }, { [KEY]: "A-2", Name: "Other" }], KEY),
];
await contact.create([{ LastName: "S1", Email: "same@acme.example" }, { LastName: "S2", Email: "same@acme.example" }]);
const choices = await failure(contact.upsert({ Email: "same@acme.example", LastName: "S" }, "Email"));

const destroyed = await contact.destroy(created.id);
const manyDestroyed = await contact.destroy([many[0].id, many[1].id]);
const gone = await failure(contact.retrieve(created.id));
const minute = 60_000;
const window = [new Date(Date.now() - 5 * minute), new Date(Date.now() + 5 * minute)];
const described = await contact.describe();
const global = await sf.describeGlobal();

report({
  created,
  updated,
  one,
  chosen,
  many,
  manyUpdated,
  refused,
  several: several.map((row) => [row.LastName, row.Title]),
  upserts,
  choices,
  destroyed,
  manyDestroyed,
  gone,
  deleted: (await contact.deleted(...window)).deletedRecords.map((row) => row.id),
  changed: (await contact.updated(...window)).ids.length,
  fields: described.fields.map((field) => field.name),
  contacts: described.childRelationships.filter((relation) => relation.childSObject === "Order").length,
  objects: global.sobjects.map((entry) => entry.name),
  missing: await failure(contact.create({})),
  unknown: await failure(sf.sobject("Shoe").describe()),
  malformed: await failure(contact.retrieve("23foo")),
  limits: (await sf.limits()).DailyApiRequests,
  usage: sf.limitInfo.apiUsage,
  versions: (await sf.request("/services/data")).at(-1),
});
