using Distillation.Reports;
using OpenTelemetry.Metrics;
using TrainingService;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddOptions<TrainingSettings>().BindConfiguration("Training").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<TrainingJob>();
builder.Services.AddHostedService(services => services.GetRequiredService<TrainingJob>());
builder.Services.AddHealthChecks().AddCheck<TrainingHealth>("training");
builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
{
    metrics.AddMeter("Distillation");
    if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
    {
        metrics.AddOtlpExporter();
    }
});

WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/training", (TrainingJob job) => job.State);
app.MapGet("/report", (TrainingJob job) =>
    job.Result is { } result ? Results.Content(result.ToReport("Student").ToHtml(), "text/html") : Results.NotFound("The training has not ended yet."));
app.MapPost("/classify", (float[] pixels, TrainingJob job) =>
    pixels.Length != Clothes.Pixels || !Array.TrueForAll(pixels, float.IsFinite)
        ? Results.BadRequest($"An image has {Clothes.Pixels} finite numbers, row by row from 0 to 1, but this one has {pixels.Length}.")
        : job.Classify(pixels) is { } name ? Results.Ok(name) : Results.NotFound("The training has not ended yet."));
await app.RunAsync();
