// An OpenID provider: whoever types a name is that person. Arguments: the address to come back to, the client's secret.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirect, secret] = process.argv.slice(2);
const listening = createServer().listen(0, "127.0.0.1", () => {
  const { port } = listening.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: "marrow", client_secret: secret, redirect_uris: [redirect], response_types: ["code"] }],
    claims: { openid: ["sub"], profile: ["name", "groups"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["a-key-of-the-tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Dr ${id}`, groups: id === "ada" ? ["haematology"] : ["cardiology"] }),
    }),
  });
  listening.on("request", provider.callback());
  console.log(JSON.stringify({ port }));
});
