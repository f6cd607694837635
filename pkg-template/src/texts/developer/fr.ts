import type { DeveloperTexts } from '../types.js'

export const fr: DeveloperTexts = {
  locale: 'fr',
  codes: {
    unreachable:
      'Aucune réponse n’est venue du fournisseur ni de l’edge\u00a0; vérifiez le réseau et, dans une page web, si les appels vers une autre origine (CORS) sont permis.',
    'outcome-unknown':
      'La réponse au dernier envoi s’est perdue et le fournisseur ne peut pas dire ce qu’il est devenu\u00a0; il n’a pas été répété.',
    'host-error': 'Une fonction de vos options a levé une erreur\u00a0; le même objet se trouve dans cause.',
    'internal-error': 'Cette bibliothèque a rencontré une erreur inattendue\u00a0; signalez-la avec cause et la trace.',
    'timed-out': 'Le fournisseur a dépassé sa limite de temps documentée.',
    'unreadable-reply':
      'Le fournisseur a répondu plusieurs fois par un contenu impossible à analyser, comme une page HTML.',
    'session-expired':
      'La session du fournisseur a expiré, selon sa réponse ou sa limite de temps documentée\u00a0; l’utilisateur était sans doute absent.',
    cancelled: 'Votre code ou l’utilisateur a annulé le flux\u00a0; les requêtes envoyées ne sont pas défaites.',
    'credentials-refused':
      'La banque a refusé le nom d’utilisateur, le mot de passe ou le LoginId\u00a0; ne renvoyez jamais les mêmes.',
    'too-many-attempts':
      'La banque a refusé les identifiants plusieurs fois de suite\u00a0; un autre essai erroné peut bloquer l’accès.',
    'answer-refused': 'La banque a refusé la réponse et ne redemande rien dans cette session.',
    'answers-mismatched':
      'Le fournisseur n’a pas pu associer les réponses à ses questions\u00a0; la session est terminée.',
    'question-unanswered':
      'La banque a posé une question sans réponse enregistrée\u00a0; un rafraîchissement en arrière-plan ne peut réussir sans l’utilisateur.',
    'concurrent-session':
      'Une autre session de cette connexion est ouverte\u00a0; exécutez un seul flux à la fois par connexion.',
    busy: 'La banque ou le fournisseur est surchargé, ou la limite de débit du fournisseur est dépassée.',
    'bank-action-required':
      'La banque exige que l’utilisateur agisse sur son propre site, par exemple pour accepter de nouvelles conditions.',
    'login-disabled': 'La banque a bloqué ou désactivé cet accès\u00a0; de nouveaux essais n’y changent rien.',
    'institution-closed': 'Le fournisseur ne se connecte plus à cet établissement\u00a0; retirez-le de votre liste.',
    'reauthorization-required':
      'L’utilisateur doit de nouveau accorder l’accès auprès de la banque, en général par l’identification de celle-ci (OAuth).',
    'member-exists':
      'Un member avec ces identifiants existe déjà\u00a0; démarrez avec son memberGuid, que l’échec indique.',
    'institution-disabled':
      'Le fournisseur a temporairement désactivé cet établissement\u00a0; consultez sa page d’état des services.',
    unauthorized:
      'Le fournisseur n’a pas accepté la clé ou le jeton, ou l’ordre des appels\u00a0; vérifiez les clés et l’environnement.',
    'access-refused':
      'Le fournisseur a un seul code pour deux causes\u00a0: l’établissement n’a pas accordé l’accès ou, si chaque flux se termine ainsi, une clé ou un jeton est incorrect.',
    'session-refused':
      'Le fournisseur a un seul code pour deux causes\u00a0: le jeton de la session a expiré, ou l’établissement n’a pas accordé l’accès.',
    'request-refused':
      'Le fournisseur n’a pas accepté la requête elle-même\u00a0; vérifiez les paramètres et ce que votre compte peut utiliser.',
    redirected:
      'Le fournisseur a répondu par une redirection, qui n’est pas suivie car des réponses pourraient atteindre un autre hôte\u00a0; vérifiez baseUrl.',
    'secret-missing':
      'Vos options n’ont donné aucun secret valide pour la requête, qui n’a donc pas été envoyée\u00a0; vérifiez la clé ou la fonction du jeton.',
    'login-mismatch':
      'Le fournisseur a autorisé un autre LoginId que celui demandé\u00a0; ne l’enregistrez pas et signalez-le au fournisseur.',
    'card-in-use': 'Le fournisseur traite encore cette connexion.',
    'vendor-error':
      'Le fournisseur a eu une erreur interne\u00a0; vendorCode et status la précisent pour son assistance.',
    refused: 'Le fournisseur a refusé avec un code absent de sa documentation\u00a0; voyez vendorCode.',
    'challenge-unanswerable':
      'La banque demande quelque chose à quoi personne ne peut répondre, comme un choix sans options.',
    INVALID_INPUT:
      'Un argument manque, est mal formé ou en contredit un autre\u00a0; path l’indique, et rien n’a été envoyé.',
    INVALID_ANSWER:
      'Les réponses ne conviennent pas aux questions, qui restent ouvertes\u00a0; fields indique chaque champ erroné et sa raison.',
    STALE_ROUND:
      'Les réponses concernent des questions déjà closes\u00a0; rien n’a été envoyé, et flow.current contient l’étape en cours.',
    OUT_OF_TURN: 'Le flux est déjà à une autre étape\u00a0; rien n’a été envoyé, et le flux est inchangé.',
    SNAPSHOT_UNREADABLE: 'L’instantané est tronqué ou modifié, ou n’en est pas un.',
    SNAPSHOT_VERSION:
      'Cette version ne peut pas lire la version de l’instantané\u00a0; elle lit la sienne, la précédente et la suivante.',
    UNAUTHENTICATED: 'La fonction authenticate de l’edge a renvoyé null pour cette requête (401).',
    FORBIDDEN: 'L’origine de la requête ne figure pas dans les origins de l’edge (403).',
    NOT_FOUND:
      'L’edge ne connaît pas ce flux, cette connexion, cette route ou ces données pour cet utilisateur, ou le flux est terminé depuis longtemps (404).',
    METHOD_NOT_ALLOWED: 'L’edge a cette route avec une autre méthode\u00a0; voyez l’en-tête Allow de la réponse (405).',
    BODY_TOO_LARGE: 'Le corps de la requête dépasse limits.body de l’edge (413).',
    RATE_LIMITED:
      'Une limite de l’edge est atteinte\u00a0: démarrages de cet utilisateur, ou réponses, fenêtres ou lectures de ce flux (429).',
    UNAVAILABLE:
      'L’edge ne peut pas travailler pour le moment\u00a0: une de ses fonctions ou son stockage a levé une erreur, ou une clé de seal manque (503)\u00a0; voyez onError.',
  },
  next: {
    'retry-later': 'Démarrez un nouveau flux, pas avant retryAt.',
    'start-over': 'Démarrez un nouveau flux quand l’utilisateur est présent.',
    'ask-credentials': 'Demandez ses identifiants à l’utilisateur et démarrez un nouveau flux avec eux.',
    reconnect:
      'Démarrez un flux en direct en présence de l’utilisateur, qui doit répondre à la banque ou s’y identifier.',
    'visit-bank':
      'Demandez à l’utilisateur de s’identifier sur le site de la banque ou de lui téléphoner\u00a0; un nouveau flux avant cela ne sert à rien.',
    'fix-integration': 'Corrigez le code, les clés ou la configuration\u00a0; l’utilisateur n’y peut rien.',
    'give-up':
      'Arrêtez\u00a0: rien de ce que connaît cette bibliothèque n’aide\u00a0; contactez l’assistance du fournisseur avec vendorCode.',
    'answer-again': 'Affichez flow.current, par exemple les questions ouvertes, et laissez l’utilisateur y continuer.',
    'sign-in': 'Identifiez l’utilisateur dans votre propre application et répétez l’appel.',
  },
}
