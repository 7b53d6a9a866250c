using System.ClientModel;
using Distillation.AI;
using Microsoft.Extensions.AI;
using OpenAI;

namespace GlossClassifier;

/// <summary>Clients of services with OpenAI's protocol; keys and addresses come from the environment.</summary>
internal static class ChatClients
{
    /// <summary>Creates a client.</summary>
    /// <param name="teacher"><c>openai</c>, <c>azure</c> or <c>ollama</c>.</param>
    /// <param name="model">The name of the model, or of the deployment.</param>
    public static IChatClient Create(string teacher, string model)
    {
        (string endpoint, string key) = teacher switch
        {
            "openai" => (Environment.GetEnvironmentVariable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1", Variable("OPENAI_API_KEY")),
            "azure" => ($"{Variable("AZURE_OPENAI_ENDPOINT").TrimEnd('/')}/openai/v1", Variable("AZURE_OPENAI_API_KEY")),
            "ollama" => (Environment.GetEnvironmentVariable("OLLAMA_BASE_URL") ?? "http://localhost:11434/v1", "ollama"),
            _ => throw new ArgumentException($"The teacher must be recorded, openai, azure or ollama, but is '{teacher}'.", nameof(teacher)),
        };

        // The labeler retries, with the delays that the service names.
        var options = new OpenAIClientOptions { Endpoint = new Uri(endpoint), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) };
        return new OpenAIClient(new ApiKeyCredential(key), options).GetChatClient(model).AsIChatClient();
    }

    /// <summary>Returns the settings of a labeler for such a client: one answer a text, and no more requests than are allowed.</summary>
    public static ChatLabelerOptions Options(int requests) => new()
    {
        Requests = new() { Limit = new SpendingLimit { Requests = requests }, Failures = Classify },
    };

    /// <summary>Reads the status of a failed request, which the labeler cannot know without OpenAI's package.</summary>
    private static RequestFailure? Classify(Exception error)
    {
        if (error is not ClientResultException { Status: >= 100 } failed)
        {
            return null;
        }

        string? retryAfter = null;
        failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out retryAfter);
        return RequestFailure.FromStatus(failed.Status, retryAfter);
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new ArgumentException($"The environment variable {name} must be set.", nameof(name));
}
