namespace ImdsProxy.Kubernetes;

/// <summary>The permission that a request needs, in RBAC's terms.</summary>
/// <param name="Verb">For example <c>watch</c>.</param>
/// <param name="Resource">For example <c>pods</c>.</param>
/// <param name="Scope">The namespace, name or path, for messages.</param>
internal readonly record struct KubeVerb(string Verb, string Resource, string Scope);
