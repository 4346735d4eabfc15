// The page of a payment request.

import { byId } from "../parts/dom.js";
import { offerWallets } from "../parts/offer.js";

if (byId("request") !== null) await offerWallets(byId("request").dataset);
