import type { Text, Texts } from './types.js'

const ours: Text = {
  title: 'Un problème est survenu de notre côté',
  sentence: 'Il s’agit d’un problème technique qui ne dépend pas de vous.',
}
const lost: Text = {
  title: 'La connexion ne peut pas reprendre',
  sentence: 'Ce que nous en avions conservé n’est plus utilisable.',
}

/** The French texts. */
export const fr: Texts = {
  locale: 'fr',
  codes: {
    unreachable: {
      title: 'Votre banque est injoignable',
      sentence: 'Nous n’avons pas pu joindre votre banque. Veuillez aussi vérifier votre connexion à Internet.',
    },
    'outcome-unknown': {
      title: 'Aucune confirmation de votre banque',
      sentence:
        'Nous ignorons si votre banque a reçu ce que vous avez envoyé. Nous ne l’avons pas envoyé une seconde fois.',
    },
    'host-error': ours,
    'internal-error': ours,
    'timed-out': {
      title: 'Votre banque a mis trop de temps',
      sentence: 'Votre banque n’a pas terminé dans le délai prévu.',
    },
    'unreadable-reply': {
      title: 'La réponse de votre banque est illisible',
      sentence: 'Nous avons reçu une réponse que nous n’avons pas pu utiliser.',
    },
    'session-expired': {
      title: 'Le délai est écoulé',
      sentence: 'Pour votre sécurité, votre banque n’attend que pendant un temps limité.',
    },
    cancelled: { title: 'Connexion annulée', sentence: 'La connexion a été interrompue avant la fin.' },
    'credentials-refused': {
      title: 'Identifiants refusés',
      sentence: 'Votre banque n’a pas accepté ce nom d’utilisateur et ce mot de passe.',
    },
    'too-many-attempts': {
      title: 'Identifiants refusés plusieurs fois',
      sentence:
        'Un nouvel essai pourrait bloquer votre accès. Veuillez d’abord vérifier que vous pouvez vous connecter sur le site de votre banque.',
    },
    'answer-refused': {
      title: 'Réponse refusée',
      sentence: 'Votre banque n’a pas accepté la réponse et ne la redemande pas.',
    },
    'answers-mismatched': {
      title: 'Réponses refusées',
      sentence: 'Votre banque n’a pas pu associer les réponses à ses questions.',
    },
    'question-unanswered': {
      title: 'Votre banque pose une question',
      sentence: 'Nous n’avons pas de réponse enregistrée\u00a0: votre banque attend la vôtre.',
    },
    'concurrent-session': {
      title: 'Connexion déjà en cours',
      sentence: 'Ce compte est en train d’être connecté, peut-être dans une autre fenêtre.',
    },
    busy: { title: 'Votre banque est très sollicitée', sentence: 'Les demandes sont trop nombreuses en ce moment.' },
    'bank-action-required': {
      title: 'Votre banque a besoin de vous',
      sentence:
        'Une démarche est d’abord nécessaire sur le site de votre banque, comme l’acceptation de nouvelles conditions.',
    },
    'login-disabled': {
      title: 'Votre accès est désactivé',
      sentence: 'Votre banque a bloqué ou désactivé cet accès.',
    },
    'institution-closed': {
      title: 'Cette banque n’est plus proposée',
      sentence: 'Les connexions à cette banque ont pris fin.',
    },
    'reauthorization-required': {
      title: 'Votre autorisation est de nouveau nécessaire',
      sentence: 'Votre banque vous demande d’autoriser de nouveau la connexion.',
    },
    'member-exists': { title: 'Compte déjà connecté', sentence: 'Ce compte a déjà été connecté auparavant.' },
    'institution-disabled': {
      title: 'Cette banque est indisponible pour le moment',
      sentence: 'Les connexions à cette banque sont momentanément suspendues.',
    },
    unauthorized: ours,
    'access-refused': {
      title: 'Accès non autorisé',
      sentence: 'Votre banque n’a pas autorisé la connexion. Si cela se reproduit, veuillez nous contacter.',
    },
    'session-refused': {
      title: 'Le délai est écoulé',
      sentence:
        'Votre banque n’a pas poursuivi. Si cela se reproduit, veuillez vérifier sur son site si elle attend quelque chose de vous.',
    },
    'request-refused': ours,
    redirected: ours,
    'secret-missing': ours,
    'login-mismatch': {
      title: 'Un autre compte',
      sentence: 'Le compte ne correspond pas à cette connexion. Pour votre sécurité, nous ne l’avons pas utilisé.',
    },
    'card-in-use': {
      title: 'Traitement en cours',
      sentence: 'La demande précédente pour ce compte n’est pas encore terminée.',
    },
    'vendor-error': {
      title: 'Problème technique',
      sentence: 'Le service qui nous relie à votre banque rencontre un problème.',
    },
    refused: {
      title: 'Connexion refusée',
      sentence: 'Aucune raison que nous connaissions n’a été donnée du côté de votre banque.',
    },
    'challenge-unanswerable': {
      title: 'Réponse impossible',
      sentence: 'La question de votre banque nous est parvenue sans moyen d’y répondre.',
    },
    INVALID_INPUT: ours,
    INVALID_ANSWER: {
      title: 'Veuillez vérifier vos réponses',
      sentence: 'Certaines ne peuvent pas être envoyées ainsi.',
    },
    STALE_ROUND: { title: 'Ces questions sont closes', sentence: 'Vos réponses n’ont pas été envoyées.' },
    OUT_OF_TURN: { title: 'Cette étape est terminée', sentence: 'Rien n’a été envoyé.' },
    SNAPSHOT_UNREADABLE: lost,
    SNAPSHOT_VERSION: lost,
    UNAUTHENTICATED: {
      title: 'Votre session sur notre site est fermée',
      sentence: 'Pour votre sécurité, nous avons mis fin à votre session.',
    },
    FORBIDDEN: ours,
    NOT_FOUND: { title: 'Connexion introuvable', sentence: 'Elle est peut-être déjà terminée.' },
    METHOD_NOT_ALLOWED: ours,
    BODY_TOO_LARGE: ours,
    RATE_LIMITED: { title: 'Limite atteinte', sentence: 'Les essais ont été trop nombreux en peu de temps.' },
    UNAVAILABLE: {
      title: 'Indisponible pour le moment',
      sentence: 'Notre service connaît une courte interruption.',
    },
  },
  next: {
    'retry-later': {
      title: 'Réessayer plus tard',
      sentence: 'Veuillez réessayer un peu plus tard.',
      button: 'Réessayer',
    },
    'start-over': {
      title: 'Recommencer',
      sentence: 'Veuillez recommencer depuis le début.',
      button: 'Recommencer',
    },
    'ask-credentials': {
      title: 'S’identifier de nouveau',
      sentence:
        'Veuillez vous identifier avec le nom d’utilisateur et le mot de passe que vous utilisez sur le site de votre banque.',
      button: 'S’identifier de nouveau',
    },
    reconnect: {
      title: 'Se reconnecter',
      sentence: 'Veuillez relancer la connexion et y répondre à votre banque.',
      button: 'Se reconnecter',
    },
    'visit-bank': {
      title: 'Contacter votre banque',
      sentence: 'Veuillez vous connecter sur le site de votre banque ou l’appeler. Réessayez ensuite.',
      button: 'Réessayer',
    },
    'fix-integration': {
      title: 'Nous contacter',
      sentence: 'Un nouvel essai ne servira à rien. Veuillez nous contacter.',
    },
    'give-up': {
      title: 'Connexion impossible',
      sentence: 'Un nouvel essai ne servira à rien. Veuillez nous contacter ou connecter un autre compte.',
    },
    'answer-again': {
      title: 'Continuer',
      sentence: 'Veuillez continuer avec ce qui est affiché à présent.',
    },
    'sign-in': {
      title: 'S’identifier sur notre site',
      sentence: 'Veuillez vous identifier de nouveau sur notre site.',
      button: 'S’identifier',
    },
  },
  stages: {
    start: { now: 'Connexion à votre banque', next: 'Votre banque vous posera peut-être une question.' },
    poll: {
      now: 'Votre banque traite la demande',
      next: 'Cela peut prendre quelques minutes. Vous pouvez rester sur cette page.',
    },
    answer: { now: 'Envoi de votre réponse à votre banque', next: 'Votre banque la vérifiera ensuite.' },
    'pre-check': {
      now: 'Vérification que votre banque attend encore cette réponse',
      next: 'Votre réponse sera ensuite envoyée.',
    },
    watch: { now: 'Recherche de nouvelles de votre banque', next: 'Les questions de votre banque restent ouvertes.' },
    challenges: { now: 'Chargement des questions de votre banque', next: 'Elles s’afficheront ici.' },
    reconcile: {
      now: 'Vérification que votre banque a reçu votre envoi',
      next: 'Rien n’est envoyé une seconde fois.',
    },
    verify: { now: 'Vérification de la connexion', next: 'Elle sera ensuite terminée.' },
    expiry: {
      now: 'Attente du prochain essai que votre banque permet',
      next: 'Votre banque posera ensuite de nouveau ses questions.',
    },
    window: { now: 'Préparation de la page de votre banque', next: 'Vous y continuerez ensuite.' },
    credentials: { now: 'Chargement du formulaire d’identification de votre banque', next: 'Il s’affichera ici.' },
  },
  fieldErrors: {
    missing: 'Veuillez répondre ici.',
    'too-many': 'Veuillez donner une seule réponse.',
    'not-an-option': 'Veuillez choisir l’une des options.',
    'too-long': 'Cette réponse est trop longue.',
    'unknown-field': 'Ceci ne fait pas partie de la question.',
    'already-chosen': 'Veuillez choisir une autre question.',
  },
  windowErrors: {
    cancelled: 'Le site de votre banque a été quitté avant que la connexion soit autorisée.',
    denied: 'Votre banque n’a pas accepté l’identification.',
    'bank-action-required': 'Une démarche est d’abord nécessaire sur le site de votre banque.',
    'bank-error': 'Votre banque a rencontré un problème technique.',
    'vendor-error': 'La connexion à votre banque a rencontré un problème technique.',
    'session-expired': 'Le délai d’identification est écoulé.',
    unknown: 'L’identification n’a pas abouti.',
  },
  labels: {
    roundTitle: 'Votre banque vous demande une réponse',
    credentialsTitle: 'Identifiez-vous auprès de votre banque',
    answerRefused: 'Votre banque n’a pas accepté cette réponse. Veuillez réessayer.',
    credentialsRefused: 'Votre banque n’a pas accepté ce nom d’utilisateur et ce mot de passe. Veuillez les vérifier.',
    checkFields: 'Veuillez vérifier les champs signalés.',
    send: 'Envoyer',
    cancel: 'Annuler',
    connect: 'Connecter votre banque',
    showAnswer: 'Afficher ma saisie',
    choose: 'Veuillez choisir',
    'one-time-code': 'Votre code à usage unique',
    username: 'Votre nom d’utilisateur',
    'current-password': 'Votre mot de passe',
    phone: 'Où envoyer le code',
    channel: 'Comment envoyer le code',
    question: 'Votre nouvelle question',
    answer: 'Votre réponse',
    optional: '(facultatif)',
    optionalHint:
      'Si votre banque vous demande une approbation sur votre téléphone, donnez-la d’abord. Envoyez ensuite\u00a0; la réponse peut rester vide.',
    image: 'Image {number} sur {count}',
    noCode: 'Je n’ai pas reçu de code',
    newSessionCost:
      'Votre banque ne peut pas renvoyer ce code. Vous pouvez recommencer\u00a0: votre banque posera alors de nouveau toutes ses questions, et il se peut qu’elle compte les essais.',
    newSessionIn: 'Votre banque permet le prochain essai dans {time}.',
    newSessionUnknown:
      'Votre banque n’indique pas quand elle permet le prochain essai. Cela peut prendre quelques minutes.',
    newSession: 'Recommencer',
    windowTitle: 'Identifiez-vous sur le site de votre banque',
    windowHint: 'Identifiez-vous et autorisez-y la connexion. Cette page continuera ensuite d’elle-même.',
    openWindow: 'Ouvrir le site de votre banque',
    openWindowAgain: 'Le rouvrir',
    back: 'J’ai terminé ici',
    pageMfa: 'Répondez à votre banque pour continuer',
    pageCredentials: 'Identifiez-vous auprès de votre banque pour continuer',
    frame: 'Votre banque',
    pageFailed: 'La page de votre banque ne peut pas s’ouvrir pour le moment.',
    elapsed: 'Temps écoulé\u00a0: {time}',
    timeLeft: 'Temps restant pour répondre\u00a0: {time}',
    nextCheck: 'Prochaine vérification dans {time}',
    retryIn: 'Vous pourrez réessayer dans {time}.',
    doneTitle: 'Connexion réussie',
    doneSentence: 'Votre banque est connectée.',
  },
}
