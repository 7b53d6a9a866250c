using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Settings of a <see cref="CascadeChatClient"/>.</summary>
public sealed record CascadeOptions
{
    /// <summary>Gets the name of the student, which responses have as their <see cref="ChatResponse.ModelId"/>.</summary>
    /// <value>The default value is <c>student</c>.</value>
    public string StudentName { get; init => field = Require.Text(value); } = "student";

    /// <summary>Gets the form of the student's answers; best that in which the inner client answers.</summary>
    /// <value>The default value is <see cref="CascadeAnswerForm.Plain"/>.</value>
    public CascadeAnswerForm Form { get; init => field = Require.Defined(value); } = CascadeAnswerForm.Plain;

    /// <summary>Gets the name of the property with the label, of <see cref="CascadeAnswerForm.Json"/>.</summary>
    /// <value>The default value is <c>label</c>.</value>
    public string LabelProperty { get; init => field = Require.Text(value); } = "label";

    /// <summary>Gets which requests are of the task that the student has learned; the inner client answers all others, and they are not recorded.</summary>
    /// <value>The default value takes every request.</value>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, bool> AppliesTo { get; init => field = Require.Present(value); } = static (_, _) => true;

    /// <summary>
    /// Gets the text of a request that the student classifies. Where the function returns <see langword="null"/> or a text without letters, the inner client
    /// answers, and the request is not recorded.
    /// </summary>
    /// <value>The default value returns the text of the last message of the user.</value>
    public Func<IReadOnlyList<ChatMessage>, string?> SelectText { get; init => field = Require.Present(value); } =
        static messages => messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text;

    /// <summary>Gets the largest number of texts that <see cref="CascadeChatClient.PassedOn"/> keeps; further ones replace the oldest.</summary>
    /// <value>Positive. The default value is 10 000.</value>
    public int Capacity { get; init => field = Require.Positive(value); } = 10_000;

    /// <summary>Gets what is called with each text that was passed on, after the inner client has answered; by several threads at a time.</summary>
    /// <value>The default value is <see langword="null"/>: nothing is called.</value>
    public Action<PassedOnText>? OnPassedOn { get; init; }

    /// <summary>Gets the monitor that observes whether texts are passed on; it stays the caller's.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public DriftMonitor? Monitor { get; init; }
}
