package etl.core.spi;

import java.util.List;

/**
 * What a cached output depends on: outputs of the same key are interchangeable. It holds no secret, since arguments are in
 * their text form, in which a secret is a reference, and every other value is a digest.
 *
 * @param pipeline the pipeline's name
 * @param taskId the task
 * @param version the version of the task's code
 * @param parts everything else: strings, and digests of the store for which the key was made
 */
public record CacheKey(String pipeline, String taskId, String version, List<Object> parts) {
    /**
     * Copies the parts.
     *
     * @param pipeline the pipeline's name
     * @param taskId the task
     * @param version the version of the task's code
     * @param parts everything else
     */
    public CacheKey {
        parts = List.copyOf(parts);
    }

    @Override
    public String toString() {
        return "output of task '" + taskId + "' of pipeline '" + pipeline + "', version '" + version + "'";
    }
}
