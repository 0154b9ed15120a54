// Routing rows a second into the store, against one commit a row.
#pragma once

namespace moebel::bench {

void measureRoutingStore();

}  // namespace moebel::bench
