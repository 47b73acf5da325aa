@administrator @cls @site
Feature: What can be read of a license server
  Administrators follow which features there are, who uses them and how the server is.

  Background:
    Given a license server with the features:
      | feature | count | end       | line item | product |
      | f1      | 3     |           | act-1     | Reports |
      | old     | 1     | 1 day ago | act-2     | Reports |

  @CM-OBS-001
  Scenario Outline: Health is told to everybody
    When nobody sends GET "health"
    Then the answer holds:
      | path   | value |
      | <path> | *     |

    Examples:
      | path                         |
      | LLS/version                  |
      | LLS/serverInstanceID         |
      | LLS/database/connectionCheck |

  @CM-OBS-001
  Scenario: Health is told without an instance, too
    When "nobody" sends GET "health" of the site
    Then the answer holds:
      | path                         | value   |
      | LLS/database/connectionCheck | success |

  @CM-OBS-002
  Scenario: Features are listed with their counts
    When the Producer User sends GET "features"
    Then each element of the answer has:
      | path           |
      | id             |
      | featureName    |
      | featureVersion |
      | featureCount   |
      | used           |
      | overdraftCount |
      | metered        |
      | expiry         |

  @CM-OBS-002
  Scenario: How a list of features writes counts
    When the Producer User sends GET "features"
    Then the license server shows its choice of "cmapi.feature_count"

  @CM-OBS-003
  Scenario Outline: Inactive features can be left out
    When the Producer User sends GET "<path>"
    Then the answer holds a list of <length>

    Examples:
      | path                      | length |
      | features                  | 2      |
      | features?activeOnly=false | 2      |
      | features?activeOnly=true  | 1      |

  @CM-OBS-004
  Scenario: One feature is read
    When the Producer User sends GET "features"
    And the Producer User sends GET "features/$FIRST"
    Then the answer holds:
      | path        | value |
      | featureName | f1    |

  @CM-OBS-004
  Scenario: The hosts of a feature are listed
    When host A requests 2 of "f1"
    And the Producer User sends GET "features"
    And the Producer User sends GET "features/$FIRST/clients"
    Then the answer holds:
      | path                        | value |
      | 0/useCount                  | 2     |
      | 0/client/hostid/hostidValue | A     |

  @CM-OBS-005
  Scenario: Summaries go by name and version
    When host A requests 2 of "f1"
    And the Producer User sends GET "features/summaries"
    Then the answer holds:
      | path                  | value |
      | f1/1.0/totalCount     | 3     |
      | f1/1.0/totalUsed      | 2     |
      | f1/1.0/totalAvailable | 1     |

  @CM-OBS-006
  Scenario Outline: Hosts and settings are read
    When the instance administrator sends GET "<path>"
    Then the answer has status 200

    Examples:
      | path          |
      | clients       |
      | configuration |

  @CM-OBS-007
  Scenario: Features tell what they were sold with
    When the Producer User sends GET "features"
    Then the answer holds:
      | path           | value   |
      | 0/productName  | Reports |
      | 0/activationId | act-1   |

  @CM-OBS-008
  Scenario: A grant is seen in use
    When host A requests 2 of "f1"
    Then 2 of "f1" are in use

  @CM-OBS-008
  Scenario: A return is seen, too
    When host A requests 2 of "f1"
    And host A gives everything back
    Then 0 of "f1" are in use

  @CM-OBS-009
  Scenario: The host IDs of the server are listed
    When the instance administrator sends GET "hostids"
    Then the answer holds:
      | path           | value |
      | hostids/0/type | *     |

  @CM-SRV-001 @inferred
  Scenario: A host is known from its first request
    When host A requests 2 of "f1"
    And the Producer User sends GET "clients"
    Then the answer holds:
      | path                 | value  |
      | 0/hostid/hostidValue | A      |

  @CM-SRV-002
  Scenario: A host that holds something is normal
    When host A requests 2 of "f1"
    And the Producer User sends GET "clients"
    Then the answer holds:
      | path           | value  |
      | 0/servedStatus | NORMAL |

  @CM-SRV-003
  Scenario: What a dropped host held is free again
    When host A requests 3 of "f1"
    And the Producer User sends GET "clients"
    And the instance administrator sends DELETE "clients/$FIRST"
    Then 0 of "f1" are in use

  @CM-URL-005
  Scenario: An instance that does not exist is not found
    When GET "features" is sent to an instance that does not exist
    Then the answer has status 404

  @CM-URL-005
  Scenario: Nobody authorizes where there is no instance
    When a token is asked for at an instance that does not exist
    Then the answer has status 404

  @CM-URL-004
  Scenario: Repeated slashes are one
    When the Producer User sends GET "/features"
    Then the answer has status 200

  @CM-HTTP-001 @CM-HTTP-002
  Scenario: Requests and answers are JSON
    When host A requests 1 of "f1"
    Then the answer is JSON

  @CM-HTTP-005
  Scenario: What the role does not cover is forbidden
    When the instance administrator sends PATCH "configuration":
      """
      {"licensing.renewInterval": 20}
      """
    Then the caller is not let in

  @CM-HTTP-006
  Scenario Outline: What is not understood is refused
    When the client sends to "access_request" as "<type>":
      """
      <text>
      """
    Then the answer has status <status>

    Examples:
      | type             | text                          | status |
      | application/json | {"hostId":                    | 400    |
      | application/json | []                            | 400    |
      | text/plain       | {"hostId": {"type": "string"}} | 415    |

  @CM-HTTP-006
  Scenario: Another method is refused
    When the client sends GET "access_request"
    Then the answer has status 405

  @CM-HTTP-007
  Scenario: What the body of an error holds
    When nobody sends GET "features"
    Then the license server shows its choice of "cmapi.error.body"
