namespace Distillation.Serialization;

/// <summary>The keys and values of a dictionary, in the order in which they were set.</summary>
internal sealed class PickleDictionary : List<KeyValuePair<object?, object?>>;
