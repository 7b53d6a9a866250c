using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TrainingService;

/// <summary>The service is healthy unless the training has failed.</summary>
internal sealed class TrainingHealth(TrainingJob job) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        TrainingState state = job.State;
        return Task.FromResult(state.Error is { } error ? HealthCheckResult.Unhealthy(error) : HealthCheckResult.Healthy(state.Status));
    }
}
