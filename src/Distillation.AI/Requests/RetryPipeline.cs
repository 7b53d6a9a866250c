using Polly;
using Polly.Retry;

namespace Distillation.AI;

/// <summary>The pipeline of requests: transient failures are sent again with delays that double, with jitter, or that the provider gives.</summary>
internal static class RetryPipeline
{
    public static ResiliencePipeline Create(ChatRequestOptions options)
    {
        if (options.MaxRetries == 0)
        {
            return ResiliencePipeline.Empty;
        }

        var retries = new RetryStrategyOptions
        {
            MaxRetryAttempts = options.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.RetryDelay,
            MaxDelay = options.MaxRetryDelay,
            ShouldHandle = failed => ValueTask.FromResult(
                failed.Outcome.Exception is { } error && options.Classify(error).Kind == RequestFailureKind.Transient),
            DelayGenerator = failed => ValueTask.FromResult(
                failed.Outcome.Exception is { } error ? options.Classify(error).RetryAfter : null),
        };
        return new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }.AddRetry(retries).Build();
    }
}
