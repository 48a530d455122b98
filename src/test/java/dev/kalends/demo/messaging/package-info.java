@NullMarked
package dev.kalends.demo.messaging;

import org.jspecify.annotations.NullMarked;
