/// What would be done, as data.
@NullMarked
package dev.kalends.plan;

import org.jspecify.annotations.NullMarked;
