// A provider of OpenID Connect for the tests: whoever names an account below is let in, with any password.
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);

const ACCOUNTS = {
  asha: { name: "Asha", email: "Asha@example.com", email_verified: true, groups: ["sre"] },
  sam: { name: "Sam of Support", email: "sam@example.com", email_verified: true, groups: ["support"] },
  mallory: { name: "Mallory", email: "asha@example.com", email_verified: false, groups: ["sre"] },
  stranger: { name: "Stranger", email: "stranger@example.com", email_verified: true, groups: [] },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "oncall", client_secret: "secret & sign=", redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], profile: ["name", "groups"], email: ["email", "email_verified"] },
  findAccount: (_, sub) => ACCOUNTS[sub] && { accountId: sub, claims: () => ({ sub, ...ACCOUNTS[sub] }) },
  cookies: { keys: ["of the tests"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
