package etl.core.spi;

import etl.core.RunId;
import java.lang.reflect.Type;

/**
 * A question to the {@link OutputCache}.
 *
 * @param key what the output depends on
 * @param type the declared type of the output; what cannot be read as that type any more counts as not there
 * @param run who asks
 * @param ignored whether an output that is there is not used, but computed again and replaced
 * @param takenOver whether the claim is the asker's even if somebody else computes the output
 */
public record CacheRequest(CacheKey key, Type type, RunId run, boolean ignored, boolean takenOver) {}
