// The page of a payment request.

import { byId } from "./dom.js";
import { offerWallets } from "./offer.js";

if (byId("request") !== null) await offerWallets(byId("request").dataset);
