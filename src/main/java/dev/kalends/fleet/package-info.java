/// Maintenance on a schedule, shared by any number of nodes.
@NullMarked
package dev.kalends.fleet;

import org.jspecify.annotations.NullMarked;
