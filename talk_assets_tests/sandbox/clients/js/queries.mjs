// jsforce's ways to query: SOQL, pages, and its own query builder.
import { connect, failure, jsforce, report } from "./org.mjs";

const sf = await connect();
const contact = sf.sobject("Contact");
const account = await sf.sobject("Account").create({ Name: "O'Brien & Söhne", ERP_External_Id__c: "A-1" });
const names = Array.from({ length: 450 }, (_, number) => `N${String(number).padStart(4, "0")}`);
for (let start = 0; start < names.length; start += 200) {
  const chunk = names.slice(start, start + 200);
  await contact.create(chunk.map((LastName) => ({ LastName, AccountId: account.id, DoNotCall: LastName < "N0003" })));
}

const soql = "SELECT LastName FROM Contact ORDER BY LastName";
const options = { headers: { "Sforce-Query-Options": "batchSize=200" } };
const first = await sf.query(soql, options);
const second = await sf.queryMore(first.nextRecordsUrl);
const third = await sf.queryMore(second.nextRecordsUrl);
const fetched = await sf.query(soql, { ...options, autoFetch: true, maxFetch: 1000 });

const events = [];
await new Promise((resolve, reject) => {
  sf.query(soql, options)
    .on("record", (record) => events.push(record.LastName))
    .on("end", resolve)
    .on("error", reject)
    .run({ autoFetch: true, maxFetch: 1000 });
});

const found = await contact
  .find({ LastName: { $like: "N000%" }, DoNotCall: true, "Account.Name": "O'Brien & Söhne" }, [
    "Id",
    "LastName",
    "Account.Name",
  ])
  .sort({ LastName: -1 })
  .limit(2)
  .skip(1);
const everything = await contact.find({ LastName: "N0001" }, "*");
const either = await contact
  .find({ $or: [{ LastName: { $in: ["N0005", "N0006"] } }, { LastName: "N0007" }], CreatedDate: jsforce.Date.TODAY })
  .select("LastName");
const none = (await contact.find({ Title: { $ne: null } }).execute()).length;
const children = await sf
  .sobject("Account")
  .find({ ERP_External_Id__c: "A-1" }, "Name")
  .include("Contacts")
  .select("LastName")
  .where({ LastName: { $lt: "N0002" } })
  .orderby("LastName", "DESC")
  .end();
const removed = await contact.find({ LastName: { $gte: "N0440" } }).destroy();
const renamed = await contact.find({ LastName: "N0010" }).update({ FirstName: "${LastName}" });
const scanned = await sf.query("SELECT COUNT() FROM Contact WHERE IsDeleted = true", { scanAll: true });
const grouped = await sf.query("SELECT DoNotCall, COUNT(Id) n FROM Contact GROUP BY DoNotCall ORDER BY DoNotCall");

report({
  names,
  pages: [first, second, third].map((page) => [page.totalSize, page.done, page.records.length]),
  paged: [first, second, third].flatMap((page) => page.records.map((record) => record.LastName)),
  fetched: fetched.records.length,
  events,
  found: found.map((record) => [record.LastName, record.Account.Name]),
  everything: everything.map((record) => [record.LastName, record.MailingCity, Object.keys(record).length]),
  either: either.map((record) => record.LastName),
  none,
  children: children.map((record) => record.Contacts.records.map((child) => child.LastName)),
  removed: removed.filter((result) => result.success).length,
  renamed: renamed.map((result) => result.success),
  scanned: scanned.totalSize,
  grouped: grouped.records.map((record) => [record.DoNotCall, record.n]),
  malformed: await failure(sf.query("SELECT Id FRM Contact")),
});
