namespace Distillation.Models;

/// <summary>A teacher of several members, which can run one by one.</summary>
/// <remarks>
/// A wrapper that derives from <see cref="DelegatingTeacher"/>, such as <see cref="ScaledTeacher"/>, need not implement it: the members of the teacher inside
/// are found.
/// </remarks>
public interface IEnsemble : ITeacher
{
    /// <summary>Gets the teachers that it is made of, at least one, all with logits of the same classes in the same order.</summary>
    IReadOnlyList<ITeacher> Members { get; }

    /// <summary>Returns whether a member has a weight for a class.</summary>
    /// <param name="member">The number of the member, in [0, number of members).</param>
    /// <param name="label">The class id.</param>
    /// <returns><see langword="true"/>, unless the member is not listened to, or cannot know the class.</returns>
    bool HasWeight(int member, long label) => true;
}
