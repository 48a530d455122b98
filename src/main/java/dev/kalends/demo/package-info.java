/// The messaging application with its live traffic, and the demonstration on it.
@NullMarked
package dev.kalends.demo;

import org.jspecify.annotations.NullMarked;
