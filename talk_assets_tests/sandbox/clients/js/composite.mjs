// jsforce's open door to composite resources.
import { connect, failure, report } from "./org.mjs";

const sf = await connect();
const v = "/services/data/v62.0";
const linked = await sf.requestPost("/composite", {
  allOrNone: true,
  compositeRequest: [
    { method: "POST", url: `${v}/sobjects/Account`, referenceId: "acc", body: { Name: "Acme" } },
    { method: "POST", url: `${v}/sobjects/Contact`, referenceId: "con", body: { LastName: "K", AccountId: "@{acc.id}" } },
    { method: "GET", url: `${v}/sobjects/Contact/@{con.id}?fields=LastName,AccountId`, referenceId: "read" },
    { method: "GET", url: `${v}/query?q=SELECT+Id,Name+FROM+Account+WHERE+Id='@{acc.id}'`, referenceId: "found" },
    { method: "PATCH", url: `${v}/sobjects/Account/@{found.records[0].Id}`, referenceId: "ren", body: { Name: "Acme 2" } },
  ],
});
const rolledBack = await sf.requestPost("/composite", {
  allOrNone: true,
  compositeRequest: [
    { method: "POST", url: `${v}/sobjects/Account`, referenceId: "acc", body: { Name: "Lost" } },
    { method: "POST", url: `${v}/sobjects/Contact`, referenceId: "con", body: {} },
  ],
});
const batch = await sf.requestPost("/composite/batch", {
  haltOnError: true,
  batchRequests: [
    { method: "POST", url: "v62.0/sobjects/Account", richInput: { Name: "B1" } },
    { method: "GET", url: "v62.0/sobjects/Shoe" },
    { method: "POST", url: "v62.0/sobjects/Account", richInput: { Name: "B2" } },
  ],
});
const tree = await sf.requestPost("/composite/tree/Account", {
  records: [
    {
      attributes: { type: "Account", referenceId: "a" },
      Name: "Tree",
      Contacts: { records: [{ attributes: { type: "Contact", referenceId: "c" }, LastName: "Leaf" }] },
    },
  ],
});
const graph = await failure(
  sf.requestPost("/composite/graph", {
    graphs: [
      {
        graphId: "good",
        compositeRequest: [
          { method: "POST", url: `${v}/sobjects/Account`, referenceId: "acc", body: { Name: "Graph" } },
          { method: "POST", url: `${v}/sobjects/Contact`, referenceId: "con", body: { LastName: "G", AccountId: "@{acc.id}" } },
        ],
      },
      {
        graphId: "bad",
        compositeRequest: [
          { method: "POST", url: `${v}/sobjects/Account`, referenceId: "acc", body: { Name: "Undone" } },
          { method: "POST", url: `${v}/sobjects/Contact`, referenceId: "con", body: { LastName: "" } },
        ],
      },
    ],
  }),
);

report({
  linked,
  rolledBack,
  batch,
  tree,
  graph,
  accounts: (await sf.query("SELECT Name FROM Account ORDER BY Name")).records.map((record) => record.Name),
  leaves: (await sf.query("SELECT LastName, Account.Name FROM Contact ORDER BY LastName")).records.map((record) => [
    record.LastName,
    record.Account?.Name,
  ]),
});
