// How jsforce opens, renews and ends a session.
import { failure, jsforce, org, report } from "./org.mjs";

const soap = new jsforce.Connection({ loginUrl: org.url, version: "59.0" });
const bySoap = await soap.login(org.username, org.password + "SECURITYTOKEN");
const soapIdentity = await soap.identity();
const soapCount = await soap.query("SELECT COUNT() FROM User");
const ended = soap.accessToken;
await soap.logout();
const afterLogout = await failure(
  new jsforce.Connection({ instanceUrl: org.url, accessToken: ended }).query("SELECT Id FROM User"),
);

const oauth = new jsforce.Connection({
  loginUrl: org.url,
  oauth2: { loginUrl: org.url, clientId: org.client_id, clientSecret: org.client_secret },
});
const byPassword = await oauth.login(org.username, org.password);
const firstToken = oauth.accessToken;
await fetch(`${org.url}/sandbox/sessions`, { method: "DELETE" });
const renewed = await Promise.all([
  oauth.query("SELECT COUNT() FROM User"),
  oauth.query("SELECT COUNT() FROM Account"),
  oauth.sobject("Contact").create({ LastName: "Renewed" }),
]);

const byRefresh = new jsforce.Connection({
  instanceUrl: org.url,
  accessToken: "00DHp0000004Kj2!stale",
  refreshToken: org.refresh_token,
  oauth2: { loginUrl: org.url, clientId: org.client_id, clientSecret: org.client_secret },
});
let refreshes = 0;
byRefresh.on("refresh", () => (refreshes += 1));
const refreshedCount = await byRefresh.query("SELECT COUNT() FROM User");

const authorized = new jsforce.Connection({
  loginUrl: org.url,
  oauth2: { loginUrl: org.url, clientId: org.client_id, clientSecret: org.client_secret },
});
await authorized.authorize({ grant_type: "client_credentials" });

report({
  bySoap,
  soapIdentity: { user: soapIdentity.user_id, org: soapIdentity.organization_id, username: soapIdentity.username },
  soapCount: soapCount.totalSize,
  afterLogout,
  byPassword,
  renewed: { sizes: renewed.slice(0, 2).map((found) => found.totalSize), created: renewed[2].success },
  tokenChanged: firstToken !== oauth.accessToken,
  refreshes,
  refreshedCount: refreshedCount.totalSize,
  wrongPassword: await failure(new jsforce.Connection({ loginUrl: org.url }).login(org.username, "wrong")),
  tooNew: await failure(new jsforce.Connection({ loginUrl: org.url, version: "65.0" }).login(org.username, org.password)),
  wrongGrant: await failure(authorized.authorize({ grant_type: "nothing" })),
  identityWithoutLogin: (
    await new jsforce.Connection({ instanceUrl: org.url, accessToken: authorized.accessToken }).identity()
  ).username,
  staleToken: await failure(
    new jsforce.Connection({ instanceUrl: org.url, accessToken: "00DHp0000004Kj2!stale" }).query("SELECT Id FROM User"),
  ),
});
