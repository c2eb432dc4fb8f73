// htmx with its server-sent events in one file: loaded apart, htmx may have read the page before it knows them.

import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
