/// Wires the parts for one database and offers the use cases that all doors share.
@NullMarked
package dev.kalends.app;

import org.jspecify.annotations.NullMarked;
